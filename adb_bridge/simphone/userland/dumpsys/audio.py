"""`dumpsys audio` (AudioService, PlaybackActivityMonitor; Android 11): volumes, ringer mode, what plays."""

from ...audio import RANGES
from ...handset import Handset


def dump_audio(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """The parts an observer reads."""
    audio = handset.audio
    lines = ["", "MediaFocusControl dump time: 9:12:45 AM", "", "Stream volumes (device: index)"]
    for stream, (low, high) in RANGES.items():
        index = audio.volume(stream)
        lines += [
            f"- STREAM_{stream.name}:",
            f"   Muted: {'true' if index == 0 else 'false'}",
            f"   Min: {low}",
            f"   Max: {high}",
            f"   streamVolume:{index}",
            f"   Current: 2 (speaker): {index}, 40000000 (default): {index}",
            "   Devices: speaker(2)",
        ]
    lines += [
        "",
        "Ringer mode: ",
        f"- mode (internal) = {audio.ringer}",
        f"- mode (external) = {audio.ringer}",
        "",
        "PlaybackActivityMonitor dump time: 9:12:45 AM",
        "  playback listeners:",
        "  players:",
    ]
    for one in audio.playing:
        attributes = (
            f"AudioAttributes: usage={one.usage} content=CONTENT_TYPE_SONIFICATION flags=0x800 tags= bundle=null"
        )
        where = f"type:android.media.MediaPlayer u/pid:{one.uid}/4711 state:started attr:{attributes}"
        if handset.spec.sdk >= 29:
            lines.append(f"  AudioPlaybackConfiguration piid:{one.piid} {where}")
        else:
            lines.append(
                "  ID:" + f"{one.piid} {where}".replace(" type:", " -- type:").replace(" state:", " -- state:")
            )
    lines += ["", "  ducked players piids:", "", "  muted player piids:", ""]
    return "".join(line + "\n" for line in lines)
