"""F18: the same form fifty times at once makes one enquiry and gives one answer; with other words it is refused."""

from concurrent.futures import ThreadPoolExecutor

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round


def twins(round_: Round) -> None:
    stage, expect = round_.stage, round_.result.expect
    times, at_once = round_.scale.pick(1, 3, 20), 50
    seconds = []
    for number in range(times):
        form, address = round_.open_form(*stage.usual[:3]), round_.address(number)
        with ThreadPoolExecutor(at_once) as pool:
            replies = list(pool.map(lambda _twin, form=form, to=address: form.send(to), range(at_once)))
        seconds += [reply.seconds for reply in replies]
        answers = {(reply.status, reply.location) for reply in replies}
        expect(
            all(reply.is_taken for reply in replies),
            f"answered {sorted({reply.status for reply in replies})}",
        )
        expect(len(answers) == 1, f"{len(answers)} different answers")
        other = form.send(address, "Other words")
        expect(other.status == 422, f"other words under the same key: {other.status}")
        expect("Other words" in other.page, "the refusal does not hand back what was typed")
    round_.drain(60.0)
    tally = round_.tally(times, repeats=0)
    expect(tally.posted == 4 * times, f"{tally.posted} mails")
    round_.result.size = f"{times} × {at_once} at once"
    round_.result.times = [f"answers: {told(percentiles(seconds))}"]
