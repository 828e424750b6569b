"""What Schemathesis cannot know by itself: whose token goes with which operation, and that an institution is closed to others.

Read by the test in this folder, which says in FUQUAN_FUZZ_SETTINGS where its settings are.
"""

import collections
import copy
import itertools
import json
import os
import random
import re

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

with open(os.environ["FUQUAN_FUZZ_SETTINGS"], encoding="utf-8") as file:
    SETTINGS = json.load(file)

DIGEST = re.compile("[0-9a-f]{64}")
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
RANDOM = random.Random(SETTINGS["seed"])

# Tokens of everybody whom the endpoint table lets in, by operation; each request takes the next.
TOKENS = {operation: itertools.cycle(tokens) for operation, tokens in SETTINGS["tokens"].items() if tokens}
# What ids of a body are of, if not of anybody; a deputy could do more than what they are without it, so they send nothing.
NAMED = {
    "cases": "caseId",
    "otherCaseId": "caseId",
    "achievementId": "achievementId",
    "newAchievementId": "achievementId",
    "to": "personId",
}
GOOD = {token for tokens in SETTINGS["tokens"].values() for token in tokens}
# An act is decided only for who may do it, on a case that stands where it can be done: else only the door would be tried.
ACTS = SETTINGS["acts"]
STRANGER = SETTINGS["stranger"]
NOBODYS = SETTINGS["nobodys"]


def act_of(case):
    if case.operation.definition.raw.get("operationId") not in ("performAct", "previewAct") or not isinstance(case.body, dict):
        return None
    act = case.body.get("type")
    return act if isinstance(act, str) and act in ACTS else None


def with_known(value, token, name=None):
    """A body whose ids mostly exist: of a case or an achievement where that is asked for, else of a person; files are the sender's."""
    if isinstance(value, dict):
        return {key: with_known(one, token, key) for key, one in value.items()}
    if isinstance(value, list):
        return [with_known(one, token, name) for one in value]
    if not isinstance(value, str) or RANDOM.random() > 0.95:
        return value
    if name == "document" and DIGEST.fullmatch(value):
        return SETTINGS["documents"].get(token, value)
    return RANDOM.choice(SETTINGS["ids"][NAMED.get(name, "anybody")]) if UUID.fullmatch(value) else value


def token_of(case):
    return (case.headers or {}).get("Authorization", "")[len("Bearer ") :]


def tag_of(case):
    """The tag that a resource has now, or nothing: with any other nothing would be changed."""
    # A membership is told with its person, a body in the list of all.
    path = case.formatted_path.removesuffix("/membership")
    path, name = path.rsplit("/", 1) if "/bodies/" in path else (path, None)
    answer = requests.get(SETTINGS["url"] + path, headers={"Authorization": case.headers.get("Authorization", "")}, timeout=30)
    if answer.status_code != 200:
        return None
    if name is None:
        return answer.headers.get("ETag")
    return next((item["etag"] for item in answer.json()["items"] if item["body"] == name), None)


# Where all would take too long: of the limits of an act or a draft one in so many is tried, the first always; and
# others than its caller ask for what was given this often.
EVERY = {"positive": 5, "negative": 11}
ASKED_AGAIN = 12
SEEN = collections.Counter()
GIVEN = collections.Counter()


@schemathesis.hook
def filter_case(ctx, case):
    operation = case.operation.definition.raw.get("operationId")
    if not SETTINGS["thin"] or case.meta.phase.name.value != "coverage" or operation not in ("performAct", "createDraft"):
        return True
    mode = case.meta.generation.mode.value
    kind = (operation, mode, act_of(case))
    SEEN[kind] += 1
    return SEEN[kind] % EVERY[mode] == 1


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Mostly ids that exist, so that more than 404 is tried; what is meant to be invalid stays so."""
    if case.path_parameters and case.meta is not None and not case.meta.is_negative_at(ParameterLocation.PATH):
        known = {name: SETTINGS["ids"].get(name) for name in case.path_parameters}
        if "/draft" in case.path:
            known["caseId"] = SETTINGS["drafts"]
        act = act_of(case)
        if act is not None:
            known["caseId"] = ACTS[act]["cases"] or known["caseId"]
            # Nobody here has delegated anything: with a name in it the act would go no further than that.
            if UUID.fullmatch(str(case.body.get("onBehalfOf"))) and RANDOM.random() < 0.95:
                case.body = {name: value for name, value in case.body.items() if name != "onBehalfOf"}
            # Only in place of a good token: one that is left out or made up is what is being tried.
            if ACTS[act]["tokens"] and token_of(case) in GOOD:
                case.headers["Authorization"] = f"Bearer {RANDOM.choice(ACTS[act]['tokens'])}"
            # One that was used would only be told what was answered then.
            if not case.meta.is_negative_at(ParameterLocation.HEADER) and RANDOM.random() < 0.95:
                case.headers["Idempotency-Key"] = f"key-{RANDOM.getrandbits(64)}"
        case.path_parameters = {
            name: RANDOM.choice(known[name]) if known[name] and RANDOM.random() < 0.95 else value
            for name, value in case.path_parameters.items()
        }
        if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
            case.body = with_known(case.body, token_of(case))
            # By place and kind rules hold; elsewhere there would be none for most of what is tried later.
            if case.operation.definition.raw.get("operationId") == "updateInstitution":
                case.body = {**case.body, **SETTINGS["place"]}
        if case.query and "caseId" in case.query and not case.meta.is_negative_at(ParameterLocation.QUERY):
            case.query = {**case.query, "caseId": RANDOM.choice(SETTINGS["ids"]["caseId"])}
        # What is deleted could not be tried any more.
        headers = case.headers or {}
        if case.method == "PUT" and "If-Match" in headers and token_of(case) in GOOD:
            case.headers["If-Match"] = (RANDOM.random() < 0.95 and tag_of(case)) or headers["If-Match"]


@schemathesis.auth(refresh_interval=None)
class Bearer:
    def get(self, case, ctx):
        operation = case.operation.definition.raw.get("operationId")
        return next(TOKENS[operation]) if operation in TOKENS else None

    def set(self, case, data, ctx):
        if data is not None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def filter_query(ctx, query):
    """A query knows texts alone: `null` in it is the text, which is as good as any other."""
    return not query or all(value is not None for value in query.values())


@schemathesis.check
def closed_to_others(ctx, response, case):
    """What somebody was given, nobody gets who has another office or belongs to another institution, nor a forged token."""
    request = response.request
    if "Authorization" not in request.headers or not 200 <= response.status_code < 300:
        return
    operation = case.operation.definition.raw.get("operationId")
    GIVEN[operation] += 1
    if SETTINGS["thin"] and GIVEN[operation] > ASKED_AGAIN:
        return
    others = [("a forged signature", NOBODYS)] + [("another office", token) for token in SETTINGS["uninvited"][operation]]
    if f"/institutions/{SETTINGS['institution']}" in request.url:
        others.append(("another institution", STRANGER))
    for who, token in others:
        again = copy.copy(request)
        again.headers = {**request.headers, "Authorization": f"Bearer {token}"}
        answer = requests.Session().send(again, timeout=30)
        # A list that anybody may ask for who could be party to a case, and that is empty for all others.
        empty = answer.status_code == 200 and answer.text == '{"items":[]}' and who == "another institution"
        if answer.status_code not in (401, 403, 404) and not empty:
            raise AssertionError(f"A token of {who} was answered with {answer.status_code}: {answer.text[:200]}")
