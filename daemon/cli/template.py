"""The commented configuration that `init` writes: every key with its default and what it means."""

from dataclasses import dataclass

from ..api.texts import Language
from ..config import Config

_TEMPLATE = """\
# shopwarden: configuration of one store. `shopwardend check-config` checks it; unknown keys are refused.
# shopwarden 门店配置。`shopwardend check-config` 可检查；未知的键会被拒绝。

[store]
name = {name}
language = {language}            # "en" or "zh": language of the notice on the phones / 手机告知所用语言
{timezone}   # of imported times that name none; else this machine's / 导入文件中无时区时间所用时区

[key]                       # what opens the vault / 打开保险库的方式
{key}
[adb]
# port = {adb.port}                  # of the private adb server; 0 picks a free one / 私有 adb 端口，0 为自动
# binary = "/usr/bin/adb"   # instead of the bundled one, version 34 or newer / 自备 adb（34 或更新）
{server} # somebody else's adb server; port and binary are unused then / 使用他人运行的 adb 服务
# home = "/var/lib/adb"     # where adb keeps its keys; else adb/ in the state directory / adb 密钥所在目录
# connect = ["192.168.1.20:5555"]   # phones on the LAN / 局域网手机
# discovery = {adb.discovery}        # or "off": find phones that announce wireless debugging / 发现局域网内的无线调试
# interfaces = []           # listen on these IPv4 addresses only / 只在这些本机地址上发现
# keep_authorised = true    # enrolled phones do not forget this computer after 7 days / 已登记手机不因七天未用而失效
# keep_wireless = true      # switch wireless debugging on again where it was on / 自动恢复无线调试

[capture]                   # seconds / 秒
# poll_interval_s = {capture.poll_interval_s}
# fast_poll_interval_s = {capture.fast_poll_interval_s}    # a messaging or phone app is in front / 短信电话应用在前台
# sweep_interval_s = {capture.sweep_interval_s}      # slow search for late, edited and vanished rows / 慢速核对
# status_interval_s = {capture.status_interval_s}
# notice_interval_s = {capture.notice_interval_s}
# probe_interval_s = {capture.probe_interval_s}   # what does the phone permit? / 手机允许读取什么
# command_timeout_s = {capture.command_timeout_s}  # one command on the phone / 单条手机命令的时限
# recording_folders = ["MyRecorder"]   # call recordings, beside where vendors put them / 厂商目录之外的通话录音文件夹
# notification_apps = ["com.tencent.mm", "com.tencent.wework", "com.eg.android.AlipayGphone"]   # the only apps whose
#                           # notifications are read, on phones enrolled for them / 仅读取这些应用的通知，且须登记该来源

[commands]                  # to phones: docs/commands.md / 手机命令
# freeze_apps = ["com.tencent.mm"]   # what `freeze` and `lost` suspend; else capture.notification_apps / 暂停哪些应用
# lost_message = "拾到请联系门店"  # what a lost phone shows / 丢失的手机上显示的文字
# groups = {{ "一楼" = ["SERIAL1", "SERIAL2"] }}   # several phones by one name / 手机分组

[policy]
packs = ["retail-zh"]
# dir = "rules"             # own rules, relative to this file, watched / 自有规则目录，相对本文件，改动自动生效

[intercept]                 # actions that follow a finding: docs/intercept.md / 命中规则后的自动处置
# enabled = false           # nothing is done by itself unless this is true / 为 true 才会自动处置
# min_severity = "critical" # milder findings have no action / 低于此级别不处置
# apps = ["com.tencent.mm"] # the only apps that may be paused; else commands.freeze_apps / 仅允许暂停这些应用
# per_phone_hour = 3        # at most, on one phone / 每部手机每小时上限
# per_phone_day = 10        # 每部手机每天上限
# cooldown_s = 600          # before the same again / 同一处置的间隔秒数
# longest_minutes = 60      # no app is paused for longer / 最长暂停分钟数
# fresh_s = 900             # older findings have none / 更早的命中不处置
# action = {{ quick = {{ rule = "retail.private-pay", do = "suspend_app", minutes = 15 }} }}   # by name / 按名称

[roles]                     # uids or user names; the daemon's own user is an owner / 用户编号或用户名
# owner = []
# admin = []                # phones, enrolment, commands, alerts; no messages / 管理员：不可读消息
# reviewer = []             # reads, opens content with a reason / 复核员：可说明理由后打开内容
# auditor = []              # audit and verify, no content / 审计员：只看审计

[employees]                 # may see what is kept about them (`shopwarden me`), nothing else / 员工本人查看自己的记录
# accounts = {{ "王店员" = "wang" }}   # name as enrolled, then user name or uid / 登记姓名 = 用户名或编号

[requests]                  # people asking about their records / 个人信息请求
# profile = {requests.profile}          # 15 days, 15 more once; "gdpr": 30 and 60 / 答复期限
# due_days = 15             # instead of the profile's / 自定期限（天）
# extension_days = 15       # instead of the profile's / 自定延长（天）
# weekends = {requests.weekends}        # or "before": due on the Friday before a weekend / 逢周末提前到周五
# remind_days = {requests.remind_days}           # doctor warns so many days before / 到期前提醒（天）

[exports]                   # records that leave the shop / 导出
# valid_hours = {exports.valid_hours}        # to decide on one, and to fetch it then / 审批与取包各自的时限（小时）

[notice]                    # shown on every enrolled phone and kept with its enrolment / 显示在每部已登记手机上
# title_zh = {notice.title_zh}
# text_zh = {notice.text_zh}
# title_en = {notice.title_en}
# text_en = {notice.text_en}
{notice_given}
[ledger]                    # heads outside the shop / 树头外部见证
# witnesses = []            # public keys of witnesses / 见证方公钥
# witness_warning_days = {ledger.witness_warning_days}
# close_at = "22:00"        # sign a head at the daily close / 每日打烊时签名树头
# export_dir = "/mnt/share" # a folder outside this machine that gets it / 本机之外的目录

[retention]                 # days each class is kept; ten years at most / 各类数据保留天数，最长十年
# messages_days = {retention.messages_days}
# calls_days = {retention.calls_days}
# contacts_days = {retention.contacts_days}
# notifications_days = {retention.notifications_days}
# recordings_days = {retention.recordings_days}
# oversight_days = {retention.oversight_days}     # commands, clocks / 命令与时钟
# audit_days = {retention.audit_days}         # who saw what / 谁看过什么
# requests_days = {retention.requests_days}      # answered ones / 已答复的个人请求
# exports_days = {retention.exports_days}       # past ones / 已了结的导出
# holds_days = {retention.holds_days}         # ended ones / 已结束的保全
# papers_days = {retention.papers_days}        # replaced or closed ones / 已被替换或已结的文书
# migration_copy_days = {retention.migration_copy_days}   # copies of before an upgrade / 升级前的副本
# hour = {retention.hour}                  # of the day / 每天几点删除

[backup]                    # begin it by hand first: `shopwarden backup DIR` / 先手动执行一次
# dir = "/media/backup"     # then the daemon goes on by itself / 之后由守护进程自动备份
# every_hours = {backup.every_hours}
# keep = {backup.keep}                 # snapshots that stay / 保留的快照数
# warn_days = {backup.warn_days}             # doctor warns of a backup as old / 备份超过几天时提醒
# drill_days = {backup.drill_days}           # and of a restore drill as old / 恢复演练超过几天时提醒

[delivery]                  # alerts to group robots, e-mail, webhooks: docs/delivery.md / 告警通知
# enabled = true
# console = "https://console.shop.lan"   # put into the messages / 写入消息的控制台地址
# timezone = "Asia/Shanghai"  # of quiet hours; else the store's / 免打扰时段所用时区
# channel = {{ front = {{ kind = "wecom", address_file = "front.address", quiet_hours = ["22:00-08:00"] }} }}
#                           # by name: wecom, dingtalk, feishu, email, webhook / 企业微信、钉钉、飞书、邮件、回调

[web]                       # the console in a browser / 浏览器控制台
# user = "shopwarden-web"   # the web server's user, which may let people in / 网页服务所用用户，可代他人登录
# accounts = {{}}             # `shopwardend web-account NAME --role reviewer` prints one / 由该命令生成账号

[lan]                       # consoles of other machines: docs/lan.md / 其他电脑的控制台
# listen = "192.168.1.5:8443"   # an address of this machine; joining takes the next port / 本机地址；配对使用下一个端口
# any_address = false       # true permits 0.0.0.0 and [::] / true 时允许监听所有地址
# advertise = true          # consoles find the address by mDNS / 允许控制台通过 mDNS 发现
# owner_consoles = false    # true: owners too may work from other machines / true 时店主也可在其他电脑操作

[metrics]                   # figures for Prometheus, off by default / 监控指标，默认关闭
# listen = "127.0.0.1:9469" # this machine only / 仅限本机
# textfile = "/var/lib/node_exporter/shopwarden.prom"
# every_s = {metrics.every_s}

[log]
# level = {log.level}
# file = "/var/log/shopwarden/shopwardend.log"   # instead of stderr (journald) / 写入文件而非 stderr
"""


class _Quoted:
    """Attributes of a section as TOML writes them."""

    def __init__(self, section: object) -> None:
        self._section = section

    def __getattr__(self, name: str) -> str:
        content = getattr(self._section, name)
        return quoted(content) if isinstance(content, str) else str(content)


def quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = "".join(
        f"\\{character}" if character in '"\\' else character if character.isprintable() else f"\\U{ord(character):08X}"
        for character in text
    )
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said of a store beside its name; what was not stays a comment."""

    timezone: str | None = None
    notice_title: str | None = None
    notice_text: str | None = None
    """Both in the store's language."""
    adb_server: str | None = None
    """`host:port`."""

    def notice_lines(self, language: Language) -> str:
        """Of the section `notice`."""
        named = (("title", self.notice_title), ("text", self.notice_text))
        return "".join(f"{name}_{language} = {quoted(text)}\n" for name, text in named if text is not None)


def config_template(store_name: str, language: Language, key_lines: str, given: Given | None = None) -> str:
    """The text of a new shopwarden.toml; loads without an error unless what was given makes no sense."""
    defaults = Config()
    given = given or Given()
    zone = '# timezone = "Asia/Shanghai"' if given.timezone is None else f"timezone = {quoted(given.timezone)}"
    server = '# server = "127.0.0.1:5038"' if given.adb_server is None else f"server = {quoted(given.adb_server)}"
    return _TEMPLATE.format(
        server=server,
        name=quoted(store_name),
        language=quoted(language.value),
        key=key_lines,
        timezone=zone,
        notice_given=given.notice_lines(language),
        adb=_Quoted(defaults.adb),
        capture=_Quoted(defaults.capture),
        notice=_Quoted(defaults.notice),
        requests=_Quoted(defaults.requests),
        exports=_Quoted(defaults.exports),
        ledger=_Quoted(defaults.ledger),
        backup=_Quoted(defaults.backup),
        retention=defaults.retention,
        metrics=_Quoted(defaults.metrics),
        log=_Quoted(defaults.log),
    )
