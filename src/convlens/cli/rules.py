"""`convlens rules`."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from convlens.checking.rules import Rule

_STYLES = {"error": "red", "warning": "yellow", "info": "cyan"}


def rules(
    slug: Annotated[str | None, typer.Argument(help="A rule; without it all are listed.", metavar="[SLUG]")] = None,
) -> None:
    """Show what `convlens check` looks for: all rules, or the page of one.

    [b]convlens rules[/b]   [b]convlens rules eval-mode-missing[/b]
    """
    from rich.console import Console

    from convlens.checking.rules import all_rules, nearest

    console = Console(highlight=False)
    if slug is None:
        _list([rule for rule, _ in all_rules().values()], console)
    elif slug in all_rules():
        _page(all_rules()[slug][0], console)
    else:
        typer.echo(f"convlens: there is no rule {slug!r}; {nearest(slug)}", err=True)
        raise typer.Exit(2)


def _list(found: "list[Rule]", console: "Console") -> None:
    from rich.text import Text

    width = max(len(rule.slug) for rule in found)
    for rule in found:
        line = Text(f"{rule.slug:<{width}}  ").append(f"{rule.severity!s:<7}", style=_STYLES[rule.severity])
        console.print(line.append(f"  {rule.title}"), soft_wrap=True)


def _page(rule: "Rule", console: "Console") -> None:
    from rich.text import Text

    from convlens.checking import harm
    from convlens.checking.formats.text import wrapped

    console.print(Text(rule.title, style="bold").append(f"  ({rule.severity} {rule.slug})", style="dim"))
    for told in (f"What you see: {rule.symptom}.", f"Why it matters: {rule.why}"):
        console.print(Text("\n" + wrapped(told, console.width, indent="")), soft_wrap=True)
    console.print()
    console.print(Text("With the mistake:", style="bold red"))
    console.print(Text(_indented(rule.bad)), soft_wrap=True)
    console.print(Text("Without it:", style="bold green"))
    console.print(Text(_indented(rule.good)), soft_wrap=True)
    if (measured := harm.harm_of(rule.slug)) is not None:
        console.print(Text("What it costs:", style="bold"))
        for line in harm.lines(measured):
            console.print(Text(f"    {line}"), soft_wrap=True)


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in code.strip("\n").split("\n"))
