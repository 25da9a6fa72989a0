"""Writes the completion scripts of `console/completions/` from the parsers: `python -m scripts.completions`.

`--check` writes nothing and fails when a script is not what the parsers say.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from console.cli.completion import FILES, SCRIPTS
from console.cli.hand_over import HANDED_OVER
from console.cli.parser import build_parser
from console.main import CATALOG
from daemon.api.texts import load_texts
from daemon.cli.narration import texts_for
from daemon.cli.parser import build_parser as build_daemon_parser
from daemon.demo.main import CATALOG as DEMO_CATALOG
from daemon.demo.main import _parser as build_demo_parser

ASKED = {"SERIAL": "@devices", "ALERT_ID": "@alerts", "ALERT_IDS": "@alerts", "COMMAND_ID": "@commands"}
"""Words of the help that stand for something the daemon knows."""
FILES_TOO = ("FILE", "DIR", "PATH", "PLAN")
HIDDEN = frozenset({"simphone", "run-demo"})


@dataclass(frozen=True, slots=True)
class Node:
    """A program, subcommand or action: what may follow it."""

    words: tuple[str, ...]
    """Subcommands, options and fixed words."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Option to what stands behind it: words, `@devices`, `@files`, or nothing that is known."""
    follows: str = ""
    """What stands where no option does, as in `values`."""


def tree() -> dict[str, Node]:
    """Every place of a command line by its words, `shopwarden alerts ack`."""
    nodes: dict[str, Node] = {}
    client, daemon = build_parser(load_texts("en", CATALOG)), build_daemon_parser(texts_for("en"))
    _walk(daemon, "shopwardend", nodes)
    _walk(client, "shopwarden", nodes)
    served = _choices(daemon)
    for name in HANDED_OVER:
        parser = build_demo_parser(load_texts("en", DEMO_CATALOG)) if name == "demo" else served.get(name)
        if parser is None:
            continue
        before = nodes.get(f"shopwarden {name}")
        _walk(parser, f"shopwarden {name}", nodes)
        if before is not None and _choices(_choices(client)[name]):
            _walk(_choices(client)[name], f"shopwarden {name}", nodes)
            here = nodes[f"shopwarden {name}"]
            both = tuple(dict.fromkeys((*_choices(parser), *here.words)))
            nodes[f"shopwarden {name}"] = Node(words=both, values=here.values, follows=here.follows)
    return nodes


def script(shell: str) -> str:
    """The whole script."""
    nodes = tree()
    shared = "\n".join(_shared(nodes))
    return {"bash": _BASH, "zsh": _ZSH}[shell].replace("@SHARED@", shared)


def main() -> int:
    """Write both, or tell which differs."""
    checks = "--check" in sys.argv[1:]
    status = 0
    for shell, name in FILES.items():
        path, text = SCRIPTS / name, script(shell)
        if not checks:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path}: run python -m scripts.completions\n")
            status = 1
    return status


def _walk(parser: argparse.ArgumentParser, path: str, nodes: dict[str, Node]) -> None:
    words: list[str] = []
    values: dict[str, str] = {}
    follows = ""
    for name, child in _choices(parser).items():
        if name not in HIDDEN:
            words.append(name)
            _walk(child, f"{path} {name}", nodes)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        if action.option_strings:
            words += [option for option in action.option_strings if option.startswith("--")]
            if action.nargs != 0:
                values |= {option: _value(action) for option in action.option_strings}
        else:
            follows = follows or _value(action)
    nodes[path] = Node(words=tuple(dict.fromkeys(words)), values=values, follows=follows)


def _value(action: argparse.Action) -> str:
    if action.choices is not None:
        told = action.metavar.split("|") if isinstance(action.metavar, str) else []
        chosen = list(map(str, action.choices))
        return " ".join(told if len(told) > 1 and set(told) <= set(chosen) else chosen)
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if metavar in ASKED:
        return ASKED[metavar]
    return "@files" if any(word in metavar for word in FILES_TOO) else ""


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _shared(nodes: Mapping[str, Node]) -> Iterator[str]:
    """Three functions that both shells read alike."""
    yield "# Written by scripts/completions.py from the parsers; changes here are lost."
    yield "_shopwarden_words() {"
    yield '    case "$1" in'
    for path, node in sorted(nodes.items()):
        yield f'    "{path}") echo "{" ".join(node.words)}" ;;'
    yield "    *) return 1 ;;"
    yield "    esac"
    yield "}"
    yield "_shopwarden_value() {"
    yield '    case "$1|$2" in'
    for patterns, value in _valued(nodes):
        yield f'    {patterns}) echo "{value}" ;;'
    yield "    *) return 1 ;;"
    yield "    esac"
    yield "}"
    yield "_shopwarden_follows() {"
    yield '    case "$1" in'
    for path, node in sorted(nodes.items()):
        if node.follows:
            yield f'    "{path}") echo "{node.follows}" ;;'
    yield "    esac"
    yield "}"


def _valued(nodes: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Options with a value: those that take the same everywhere once, the others by where they stand."""
    known: dict[str, dict[str, list[str]]] = {}
    for path, node in sorted(nodes.items()):
        for option, value in node.values.items():
            known.setdefault(option, {}).setdefault(value, []).append(path)
    alike: dict[str, list[str]] = {}
    for option, by_value in sorted(known.items()):
        if len(by_value) == 1:
            alike.setdefault(next(iter(by_value)), []).append(f'*"|{option}"')
            continue
        for value, paths in sorted(by_value.items()):
            yield " | ".join(f'"{path}|{option}"' for path in paths), value
    for value, patterns in sorted(alike.items()):
        yield " | ".join(patterns), value


_BASH = """\
# bash completion for shopwarden: source <(shopwarden completion bash)
@SHARED@
_shopwarden() {
    local node="${1##*/}" word value="" place=() i expects=0
    local cur="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        [[ "$word" == "=" ]] && continue
        if ((expects)); then
            case "${COMP_WORDS[i - 1]}" in --state | --socket) place+=("${COMP_WORDS[i - 1]}" "$word") ;; esac
            expects=0
        elif value="$(_shopwarden_value "$node" "$word")"; then
            expects=1
        elif _shopwarden_words "$node $word" >/dev/null; then
            node="$node $word"
        fi
    done
    if ((expects)); then
        [[ "$cur" == "=" ]] && cur=""
    else
        value="$(_shopwarden_follows "$node")"
        if [[ "$cur" == -* || -z "$value" ]]; then
            value="$(_shopwarden_words "$node")"
            [[ "$cur" == -* ]] || value="$(printf '%s\\n' $value | grep -v '^-')"
        fi
    fi
    case "$value" in
    @files)
        local IFS=$'\\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    @*) COMPREPLY=($(compgen -W "$(shopwarden "${place[@]}" completion "${value#@}" 2>/dev/null)" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$value" -- "$cur")) ;;
    esac
}
complete -o filenames -F _shopwarden shopwarden shopwardend
"""
_ZSH = """\
#compdef shopwarden shopwardend
# zsh completion for shopwarden: source <(shopwarden completion zsh), or put this file into $fpath.
@SHARED@
_shopwarden() {
    local node="${words[1]:t}" word value="" cur="${words[CURRENT]}"
    local -a place offered
    local -i i expects=0
    for ((i = 2; i < CURRENT; i++)); do
        word="${words[i]}"
        if ((expects)); then
            [[ "${words[i - 1]}" == (--state|--socket) ]] && place+=("${words[i - 1]}" "$word")
            expects=0
        elif value="$(_shopwarden_value "$node" "$word")"; then
            expects=1
        elif _shopwarden_words "$node $word" >/dev/null; then
            node="$node $word"
        fi
    done
    if ((!expects)); then
        value="$(_shopwarden_follows "$node")"
        if [[ "$cur" == -* || -z "$value" ]]; then
            offered=(${=$(_shopwarden_words "$node")})
            [[ "$cur" == -* ]] || offered=(${offered:#-*})
            compadd -a offered
            return
        fi
    fi
    case "$value" in
    @files) _files ;;
    @*)
        offered=(${(f)"$(shopwarden $place completion ${value#@} 2>/dev/null)"})
        compadd -a offered
        ;;
    *)
        offered=(${=value})
        compadd -a offered
        ;;
    esac
}
if [[ "${funcstack[1]}" == "_shopwarden" ]]; then
    _shopwarden "$@"
else
    compdef _shopwarden shopwarden shopwardend
fi
"""

if __name__ == "__main__":
    sys.exit(main())
