"""The network's own layers: used, registered, initialised, fed with the right rows."""

from collections.abc import Iterator

from convlens.checking.probe.evidence.seen import Seen, confirmed, confirmed_somewhere, counted, refuted
from convlens.checking.probe.observation import ModelSeen, Observation, Spot


def judge(observation: Observation) -> Iterator[Seen]:
    """What is known of the rules about the network."""
    walks = [*observation.passes, *observation.loose_passes]
    called = {f.model for seen in walks for f in seen.forwards}
    for number in sorted(called):
        yield from _layers(observation, observation.models[number])
    for spot in observation.spots:
        yield from _spot(observation, spot)


def _layers(observation: Observation, model: ModelSeen) -> Iterator[Seen]:
    if observation.crash is None and observation.steps:
        for name, layer, place in model.unused:
            if place is not None:
                yield confirmed("layer-unused", place, f"{name} ({layer}) never ran")
    for layer, place in model.stray:
        if place is not None and observation.steps:
            sentence = f"a {layer} ran whose weights are not among the parameters of {model.name}"
            yield confirmed("layers-not-registered", place, sentence)


def _spot(observation: Observation, spot: Spot) -> Iterator[Seen]:
    values, place = spot.values, spot.place
    if spot.kind == "layer-made-in-forward" and spot.count > 1:
        yield confirmed(
            "layer-built-in-forward", place, f"the {values['layer']} was made {spot.count} times, in each call anew"
        )
    elif spot.kind == "constant-weights":
        filled = [other for other in observation.spots if other.kind == "weights-filled"]
        at = filled[0].place if filled else place
        yield confirmed_somewhere(
            "constant-initialisation", at, f"all of {values['name']} began as {values['value']:g}"
        )
    elif spot.kind == "dropout-rate":
        yield confirmed("dropout-rate-extreme", place, f"{float(values['rate'] or 0):.0%} of the values were dropped")
    elif spot.kind == "dropout-rate-mild":
        yield refuted("dropout-rate-extreme", place, f"{float(values['rate'] or 0):.0%} of the values were dropped")
    elif spot.kind == "no-activation":
        sentence = f"no activation stood between it and the {values['before']} before it"
        yield confirmed("activation-missing", place, sentence)
    elif spot.kind == "activation":
        yield refuted("activation-missing", place, "what reached it had been through an activation")
    elif spot.kind == "dropout2d-on-vector":
        yield confirmed("dropout2d-on-vector", place, f"in {counted(spot.count, 'call')} it received flat features")
    elif spot.kind == "batch-flattened":
        yield confirmed("batch-flattened", place, f"{values['before']} became {values['after']}: no batch is left")
    elif spot.kind == "batch-mixed":
        late = isinstance(values["batch"], int) and values["batch"] > 0
        rule = "batch-size-hard-coded" if late else "batch-mixed-by-view"
        yield confirmed(rule, place, f"{values['before']} became {values['after']}: other rows than pictures")
