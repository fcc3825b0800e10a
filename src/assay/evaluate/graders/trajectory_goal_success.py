"""Grader ``trajectory-goal-success``: a model judges whether the steps and the reply reach a goal."""

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.rubric import SCHEMA, WANTED, reader, rubric_verdict
from assay.evaluate.judging.transcript import conversation
from assay.evaluate.trajectory.step import Step, steps_of
from assay.evaluate.trajectory.wanted import Unwanted
from assay.evaluate.trajectory.wanted import reader as wanted_reader
from assay.evaluate.types import Case, Grade, Verdict

MAX_STEPS = 24
MAX_ARGUMENT_CHARS = 400

PROMPT = own(
    f"You judge whether an agent has reached a goal. {FENCED}\n\n"
    "The TRAJECTORY has its steps in order, the OUTPUT what was said. Count as done only what the steps show to be "
    "done; that the agent says so is not enough, and neither is a step that failed. Another way than you would take is "
    "fine. Write your reasons first; then the score, from 0 where nothing of the goal is reached to 1 where all of it "
    'is; then whether it is reached. Answer with one JSON object and nothing around it: {"reason": "…", "score": 0.0, '
    '"pass": '
    "false}",
    "{{ goal }}\n\n{{ trajectory }}\n\n{{ output }}",
)


@graders.register("trajectory-goal-success")
@answers_absence
def trajectory_goal_success(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | dict[str, object] | Missing = MISSING,
    threshold: float | None = None,
    judge: str | dict[str, object] | None = None,
    rubric_prompt: str | list[object] | dict[str, object] | None = None,
    lenient: bool = False,
) -> Grade:
    """Shows a judge the goal, the steps and what was said, and asks for ``{reason, score, pass}``.

    Args:
        bench: Has the models and the project's files.
        target: Where in the case to find the goal.
        value: The same for all cases, instead: a text, or ``{goal: …}``.
        threshold: The lowest score that passes; the judge's ``pass`` has to say so as well.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
        rubric_prompt: The judge's prompt, in place of the one here.
        lenient: Read replies as promptfoo does: a missing ``pass`` is true, a score may lie outside [0, 1].
    """
    asker = make_judge("trajectory-goal-success", bench, judge=judge, prompts={"": rubric_prompt})
    goal_of = wanted_reader("trajectory-goal-success", target, value, _goal)
    asked = Question(prompt=PROMPT, read=reader(threshold, lenient=lenient), wanted=WANTED, schema=SCHEMA)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        values = {
            **case.inputs,
            "goal": goal_of(case),
            "trajectory": shown(steps_of(outcome)),
            "output": conversation(outcome),
        }
        return rubric_verdict(await asker.ask(asked, values))

    return grade


def _goal(value: object) -> str:
    goal = value.get("goal") if isinstance(value, dict) else value
    if not isinstance(goal, str) or not goal.strip():
        raise Unwanted("the goal as a text, or {goal: …}")
    return goal.strip()


def shown(steps: list[Step]) -> list[object]:
    """The steps as a judge sees them; of a long way its beginning and its end."""
    told: list[object] = [_told(number, step) for number, step in enumerate(steps, 1)]
    if len(told) <= MAX_STEPS:
        return told
    half = MAX_STEPS // 2
    return [*told[:half], {"left_out": len(told) - MAX_STEPS}, *told[-half:]]


def _told(number: int, step: Step) -> dict[str, object]:
    found: dict[str, object] = {"number": number, "kind": step.kind, "name": step.name[:MAX_ARGUMENT_CHARS]}
    if step.arguments is not None:
        text = str(step.arguments)
        found["arguments"] = step.arguments if len(text) <= MAX_ARGUMENT_CHARS else text[:MAX_ARGUMENT_CHARS] + "…"
    return found
