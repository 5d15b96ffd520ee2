"""Looking at the record: one decision step by step, and the audit chain."""

import json
from dataclasses import asdict
from typing import Any

import click

from app import main
from app.outbound.shipped import read_catalogue
from app.outbound.store import encode_step
from app.records.action import action_hash
from app.records.answer import Say
from app.records.decision import (
    Acted,
    Approved,
    Consulted,
    Corrected,
    Decision,
    Failed,
    Held,
    PlanAsked,
    PlanMade,
    Refused,
    Step,
    Understood,
    Undone,
)
from app.records.errors import OwnFault
from app.records.message import Language
from app.settings import Settings


def show(settings: Settings, decision_id: str, *, as_json: bool) -> int:
    """Print one decision; raises OwnFault for a ticket that does not exist."""
    with main.reading_store(settings) as store:
        decision = store.decision(decision_id)
    if decision is None:
        raise OwnFault(f"there is no decision {decision_id}; tickets look like D-00042")
    if as_json:
        click.echo(json.dumps(_document(decision), ensure_ascii=False, indent=1))
        return 0
    catalogue = read_catalogue(settings.plant.time_zone)
    language = decision.reading.language if decision.reading else Language.EN

    def said(say: Say) -> str:
        return catalogue.render(say, language, decision.message.received_at)

    message = decision.message
    click.echo(f"{decision.id}  {decision.stage}")
    click.echo(
        f"{message.received_at:%Y-%m-%d %H:%M:%S}Z  {message.sender} {message.chat or ''}: {message.text!r}"
    )
    for step in decision.steps:
        click.echo(f"  {step.at:%H:%M:%S.%f}"[:-3] + f"  {step.kind:<11} {_words(step, said)}")
    return 0


def _words(step: Step, said: Any) -> str:
    match step:
        case Understood(reading=r):
            found = ", ".join(f"{k}={v}" for k, v in r.entities.as_contract().items())
            source = [f"{c.kind} {c.value} from {c.ticket or 'the same message'}" for c in r.carried]
            told = (
                f"{r.intent} by {r.layer} ({r.by}), confidence {r.confidence:.2f}; {found or 'no entities'}"
            )
            return "; ".join([told, *source])
        case PlanAsked() | Consulted() | PlanMade():
            return _plan_words(step, said)
        case Held(reason=reason, until=until, proposal=proposal):
            return f"for {reason} until {until:%Y-%m-%d %H:%M}Z: {said(proposal)}"
        case Approved(by=by, action=action):
            return f"by {by}: {action.kind} {action_hash(action)[:12]}"
        case Refused(by=by, code=code, say=say):
            return f"by {by} ({code}): {said(say)}"
        case Corrected(by=by, intent=intent, source=source):
            return f"{intent}, said by {by} ({source})"
        case Undone(by=by):
            return f"by {by}"
        case Acted(key=mark, say=say) | Failed(code=mark, say=say):
            return f"{mark}: {said(say)}"


def _plan_words(step: PlanAsked | Consulted | PlanMade, said: Any) -> str:
    match step:
        case PlanAsked(words=words):
            return words
        case Consulted(because=because, outcome=outcome, model=model, cost_cny=cost, faults=faults):
            whom = f" by {model} for ¥{cost:.4f}" if model else ""
            return f"{because}: {outcome}{whom}{', after ' + ', '.join(faults) if faults else ''}"
        case PlanMade(plan=plan, by=by, solve_ms=ms, hold=hold):
            return f"{plan} by {by} in {ms:.0f} ms, held until {hold.until:%H:%M}Z: {said(hold.proposal)}"


def _document(decision: Decision) -> dict[str, Any]:
    message = {k: v for k, v in asdict(decision.message).items() if k != "raw"}
    message["received_at"] = decision.message.received_at.isoformat()
    steps = [json.loads(encode_step(step)) for step in decision.steps]
    return {"id": decision.id, "stage": decision.stage, "message": message, "steps": steps}


def verify(settings: Settings, anchor: str | None, *, as_json: bool) -> int:
    """Walk the chain; 0 when it holds."""
    verified = main.verify_chain(settings, anchor)
    if as_json:
        click.echo(json.dumps(asdict(verified), ensure_ascii=False))
    elif verified.ok:
        click.echo(verified.sentence)
    else:
        click.echo(verified.sentence, err=True)
    return 0 if verified.ok else 1
