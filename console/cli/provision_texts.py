"""`provision schema` and `provision example`: what a plan may say. Need no daemon."""

import json
import sys
from typing import Final

from daemon.api.exit_codes import ExitCode
from daemon.api.provision_plan import plan_schema

from .context import Context

_EXAMPLE: Final[dict[str, str]] = {
    "en": """\
# A plan of provisioning: `shopwarden provision PLAN.toml --check` says what it would change, without --check it does.
schema = 1
name = "spring intake"
employees = "employees.csv"     # employee, serial, group, label; beside this file

[defaults]                      # for every phone; a field that is left out is not touched on the phone
notice_version = "2026-1"
scope = ["sms", "mms", "call_log", "contacts"]
basis = "employment contract, section 7"
work_hours = ["Mon-Sat 09:30-21:00"]
acknowledgement = "code"        # the employee reads the notice on the phone and gives its code back; or "paper"
notice = true                   # the standing notice on the phone
keep_alive = true               # settings that keep the connection alive

[defaults.settings]             # only settings of the list in docs/provisioning.md
"global.auto_time" = true
"system.screen_off_timeout" = 120000

[group.counter]                 # phones and employees with group = "counter"
pin = "generate"                # a random PIN that the vault keeps
allowed_apps = ["com.tencent.wework", "com.tencent.mm"]   # other apps that were installed are suspended

[group.storeroom]
pin = "leave"

[[phone]]                       # one phone by its serial number
serial = "R58N30ABCDE"
employee = "Li Na"
group = "counter"
label = "Counter 1"

[[phone]]                       # the first phone that is connected and that no other line means
order = 1
employee = "Wang Wei"

[[phone]]                       # phones by a pattern; who gets them is in employees.csv
match = "RMX*"
group = "storeroom"

[[phone]]                       # whatever else is connected, in the order of employees.csv
connected = true
""",
    "zh": """\
# 批量配置方案：`shopwarden provision 方案.toml --check` 列出将做的更改，不加 --check 则执行。
schema = 1
name = "春季新机"
employees = "employees.csv"     # 列：employee、serial、group、label（员工、序列号、分组、手机名称）

[defaults]                      # 适用于每部手机；未写的项目不会改动手机
notice_version = "2026-1"
scope = ["sms", "mms", "call_log", "contacts"]
basis = "劳动合同第七条"
work_hours = ["Mon-Sat 09:30-21:00"]
acknowledgement = "code"        # 员工在手机上阅读告知并回报确认码；或 "paper"（纸质签收）
notice = true                   # 手机上的常驻告知
keep_alive = true               # 保持连接的设置

[defaults.settings]             # 仅限 docs/provisioning.md 所列设置
"global.auto_time" = true
"system.screen_off_timeout" = 120000

[group.counter]                 # group = "counter" 的手机和员工
pin = "generate"                # 随机锁屏密码，由保险库保管
allowed_apps = ["com.tencent.wework", "com.tencent.mm"]   # 其他自行安装的应用将被暂停

[group.storeroom]
pin = "leave"

[[phone]]                       # 按序列号指定一部手机
serial = "R58N30ABCDE"
employee = "李娜"
group = "counter"
label = "柜台1号"

[[phone]]                       # 第一部接入且未被其他行指定的手机
order = 1
employee = "王伟"

[[phone]]                       # 按序列号通配；使用人见 employees.csv
match = "RMX*"
group = "storeroom"

[[phone]]                       # 其余已连接的手机，按 employees.csv 的顺序
connected = true
""",
}


async def print_schema(context: Context) -> ExitCode:
    """The JSON Schema."""
    sys.stdout.write(json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n")
    return ExitCode.OK


async def print_example(context: Context) -> ExitCode:
    """A plan to begin with."""
    sys.stdout.buffer.write(_EXAMPLE[context.texts.language.value].encode())
    return ExitCode.OK
