"""Prints of phones in the forms that AOSP's sources give them."""

DUMP = b"""Activity Resolver Table:
  Full MIME Types:

Packages:
  Package [com.tencent.mm.fake] (1a2b3c4):
    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false enabled=0 instant=false
  Package [com.tencent.mm] (5d6e7f8):
    userId=10201
    pkg=Package{5d6e7f8 com.tencent.mm}
    User 0: ceDataInode=131 installed=true hidden=false suspended=true distractionFlags=0 stopped=false enabled=0
      gids=[3002, 3003]
      Suspend params:
        suspendingPackage=com.android.shell dialogInfo=null quarantined=false
    User 10: ceDataInode=0 installed=false hidden=false suspended=false stopped=true notLaunched=true enabled=0
    User 999: ceDataInode=132 installed=true hidden=false suspended=false stopped=false enabled=3 instant=false
      lastDisabledCaller: com.android.shell

Hidden system packages:
  Package [com.tencent.mm] (9a8b7c6):
    User 0: ceDataInode=9 installed=true hidden=false suspended=false stopped=false enabled=0 instant=false
"""

POLICY = b"""Current Device Policy Manager state:
  Immutable state:
    mHasFeature=true
  Device Owner:
    admin=ComponentInfo{com.afwsamples.testdpc/com.afwsamples.testdpc.DeviceAdminReceiver}
    name=
    package=com.afwsamples.testdpc
    User ID: 0
"""

WINDOW = b"""WINDOW MANAGER POLICY STATE (dumpsys window policy)
    mAwake=false
    KeyguardServiceDelegate
      showing=true
      inputRestricted=true
      occluded=false
      secure=true
      dreaming=false
      KeyguardStateMonitor
        mIsShowing=true
    Looper state:
"""

AUDIO = b"""
Stream volumes (device: index)
- STREAM_RING:
   Muted: true
   Min: 0
   Max: 7
   streamVolume:5
- STREAM_ALARM:
   Muted: false
   Min: 1
   Max: 7
   streamVolume:6

Ringer mode:
- mode (internal) = VIBRATE
  players:
  AudioPlaybackConfiguration piid:15 type:android.media.SoundPool u/pid:1000/1200 state:idle attr:AudioAttributes: \
usage=USAGE_ASSISTANCE_SONIFICATION content=CONTENT_TYPE_SONIFICATION
  AudioPlaybackConfiguration piid:23 deviceIds:[2] type:android.media.MediaPlayer u/pid:10088/4711 state:started \
attr:AudioAttributes: usage=USAGE_ALARM content=CONTENT_TYPE_SONIFICATION flags=0x800
  AudioPlaybackConfiguration piid:31 type:android.media.MediaPlayer u/pid:10089/4712 state:started \
attr:AudioAttributes: usage=USAGE_MEDIA content=CONTENT_TYPE_MUSIC
"""

OLD_AUDIO = b"""  players:
  ID:7 -- type:android.media.MediaPlayer -- u/pid:10088/4711 -- state:started -- attr:AudioAttributes: \
usage=USAGE_ALARM content=CONTENT_TYPE_SONIFICATION
"""
