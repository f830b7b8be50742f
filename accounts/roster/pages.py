"""Pages of the roster: hand a file in, see what it would change, carry it in, see how it went."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.administration.desk import Desk
from accounts.asking import require
from accounts.door import actor_of, json_response
from accounts.frame import Form, signed_in_only
from accounts.model import person
from accounts.roster import files, runs
from accounts.roster.importing import Importing, view
from accounts.roster.runs import Run
from accounts.roster.wording import Problem, Sentence
from accounts.sessions import Actor
from realtime.refusal import Refusal
from web.i18n import catalogues, language_of
from web.requests import TooLarge, whole_number
from web.uploads import upload_of

PATH: Final = "/administration/roster"
EXAMPLE: Final = (
    "id,role,given name,family name,year,class,tutor group,house,start date,leave date,manager,guardian of\r\n"
    "S1,head,Amara,Okafor,,,,,,,,\r\n"
    "S2,teacher,Tom,Hughes,,5A,,,,,S1,\r\n"
    "L1,learner,Aisha,Rahman,5,5A,,Red,2026-09-01,,,\r\n"
    "G1,guardian,Fatima,Rahman,,,,,,,,L1\r\n"
)


class RosterPages:
    """Routes of the roster."""

    def __init__(self, desk: Desk, importing: Importing) -> None:
        self._desk = desk
        self._importing = importing

    def routes(self) -> list[Route]:
        one = PATH + "/{run}"
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.hand_in, methods=["POST"]),
            Route(PATH + "/example.csv", signed_in_only(self.example), methods=["GET"]),
            Route(one, signed_in_only(self.show_run), methods=["GET"]),
            Route(one + "/state", self.state, methods=["GET"]),
            Route(one + "/apply", self.apply, methods=["POST"]),
            Route(one + "/link", self.link, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        rows, links = await self._desk.read(request, _recent)
        made = [
            {"id": row.id, "state": row.state, "at": self._desk.moment(request, row.at_ms), "by": by}
            for row, by in rows
        ]
        place = {"file": refusal.more.get("file"), "line": refusal.more.get("line")} if refusal else {}
        return self._desk.render(request, "roster.html", {"runs": made, "place": place}, links, refusal)

    async def example(self, request: Request, _: Refusal | None = None) -> Response:
        await self._desk.read(request, _may)
        headers = {"Content-Disposition": 'attachment; filename="people.csv"', "Cache-Control": "no-store"}
        return Response(
            "\ufeff" + EXAMPLE, media_type="text/csv", headers=headers
        )  # the mark tells Excel that it is UTF-8

    async def hand_in(self, request: Request) -> Response:
        actor = actor_of(request)
        await self._desk.read(request, _may)  # before a byte of the file is taken
        try:
            upload = await upload_of(request, files.LARGEST)
            self._desk.signing_in.check_form(actor.session, upload.fields.get("csrf"))
            run = await self._importing.hand_in(actor, upload.name, upload.content)
        except (TooLarge, ValueError) as error:
            code = "too_large" if isinstance(error, TooLarge) else "bad_request"
            return await self.show(request, Refusal(code, "This roster is too large. Corridor takes 20 MB.")
                                   if code == "too_large" else Refusal(code))  # fmt: skip
        except Refusal as refusal:
            if refusal.code not in ("bad_request", "too_large", "forbidden"):
                raise
            return await self.show(request, refusal)
        return RedirectResponse(f"{PATH}/{run}", 303)

    async def show_run(self, request: Request, refusal: Refusal | None = None) -> Response:
        run, links = await self._desk.read(request, lambda *asked: view(asked[0], asked[1], _run_of(request), asked[2]))
        return self._desk.render(request, "roster_run.html", self._told(request, run), links, refusal)

    async def state(self, request: Request) -> Response:
        run, _ = await self._desk.read(request, lambda *asked: view(asked[0], asked[1], _run_of(request), asked[2]))
        return json_response({"state": run.state})

    async def apply(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            confirmed = whole_number(form.text("confirm"), digits=9)
            await self._importing.start(actor_of(request), _run_of(request), confirmed)
            return f"{PATH}/{_run_of(request)}"

        return await self._desk.change(request, work, self.show_run)

    async def link(self, request: Request) -> Response:
        """Look again, with those people linked that are ticked: each is sent as `SID=PERSON`."""

        async def work(form: Form) -> str:
            pairs = (each.rpartition("=") for each in form.all("link"))
            await self._importing.link(actor_of(request), _run_of(request), {sid: who for sid, _, who in pairs})
            return f"{PATH}/{_run_of(request)}"

        return await self._desk.change(request, work, self.show_run)

    def _told(self, request: Request, run: Run) -> dict[str, Any]:
        found = run.preview
        return {
            "run": run,
            "at": self._desk.moment(request, run.at_ms),
            "refused": self._desk.pages.sentence(request, run.refusal) if run.refusal else None,
            "busy": run.state in ("reading", "writing"),
            "changes": [said(request, each) for each in found.sentences],
            "doubts": [self._doubt(request, each) for each in found.doubts],
            "problems": [_place(request, each) for each in found.problems],
            "more_problems": found.problem_count - len(found.problems),
        }

    def _doubt(self, request: Request, sentence: Sentence) -> Mapping[str, str]:
        """The role's name is the template's to say."""
        plain = {**sentence.values, "role": "{role}"} if "role" in sentence.values else sentence.values
        told = Sentence(sentence.one, sentence.many, sentence.count, plain)
        return {"text": said(request, told), "role": sentence.values.get("role", "")}


def said(request: Request, sentence: Sentence) -> str:
    """In the reader's language."""
    words = catalogues()[language_of(request)]
    one, many = sentence.one, sentence.many
    found = words.gettext(one) if one == many else words.ngettext(one, many, sentence.count)
    return found % {**sentence.values, "count": sentence.count}


def _place(request: Request, problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "text": said(request, problem.sentence)}


def _run_of(request: Request) -> str:
    return str(request.path_params["run"])


def _may(connection: Connection, actor: Actor, now_ms: int) -> None:
    require(connection, actor, "import_roster", now_ms)


def _recent(connection: Connection, actor: Actor, now_ms: int) -> list[tuple[Any, str]]:
    require(connection, actor, "import_roster", now_ms)
    found = runs.recent(connection, actor.school)
    people = {row.by_id for row in found if row.by_id}
    names = dict(connection.execute(select(person.c.id, person.c.name).where(person.c.id.in_(people))).tuples().all())
    return [(row, names.get(row.by_id, "")) for row in found]
