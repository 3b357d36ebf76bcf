"""Templates: named job specs of one's own beside those of the site, which nobody changes."""

from __future__ import annotations

import json

import pytest

from jupyter_slurm_api.services import templates as service_module
from jupyter_slurm_api.services.templates import site_templates
from jupyter_slurm_api.store import templates as store_module

SPEC = {"parameters": {"time": "01:00:00", "gres": "gpu:1"}, "work_dir": "runs"}
SITES = "site gpu"
HOSTILE = ["<img src=x onerror=alert(1)>", 'a\'; drop "x"', "日本 🚀", "$where", "a.b", "%2e%2e"]


@pytest.fixture
def template(call):
    """Call ``templates/{name}``."""

    async def send(method, name, spec=None, **headers):
        body = None if spec is None else spec if isinstance(spec, str) else json.dumps(spec)
        return await call("slurm", "templates", name, method=method, body=body, headers=headers)

    return send


@pytest.fixture
def names(call):
    async def listed():
        answer = await call("slurm", "templates")
        return [(one["name"], one["site"]) for one in answer.body["templates"]]

    return listed


async def test_one_is_made_shown_replaced_and_deleted(template, names):
    made = await template("PUT", "mine", SPEC)
    assert made.status == 201
    assert made.body["spec"]["parameters"] == SPEC["parameters"]
    shown = await template("GET", "mine")
    assert (shown.status, shown.body) == (200, made.body)
    assert shown.body["site"] is False
    assert shown.body["spec"]["script"] is None

    replaced = await template("PUT", "mine", {"script": "#!/bin/sh\n", "tags": ["a"]})
    assert replaced.status == 200
    assert replaced.body["spec"]["parameters"] == {}
    assert replaced.body["created_at"] == made.body["created_at"]
    assert await names() == [(SITES, True), ("mine", False)]

    assert (await template("DELETE", "mine")).status == 204
    assert (await template("GET", "mine")).status == 404
    assert (await template("DELETE", "mine")).status == 404
    assert await names() == [(SITES, True)]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_may_hold_anything_that_can_be_read(template, names, name):
    assert (await template("PUT", name, SPEC)).status == 201
    assert (await template("GET", name)).body["name"] == name
    assert (name, False) in await names()


@pytest.mark.parametrize(
    "name", ["a\nb", " a", "a ", "a/b", "a\\b", "\u202ea", "x" * 101, ".", ".."]
)
async def test_a_name_that_misleads_is_refused(services, name):
    with pytest.raises(service_module.InvalidRequest, match="name must"):
        await services.templates.put(name, service_module.TemplateSpec(), None)


@pytest.mark.parametrize(
    "spec",
    ["", "[]", '{"scrip": ""}', '{"parameters": {"a": {"$gt": 1}}}', '{"script": "\\ud800"}'],
)
async def test_what_is_no_spec_is_refused(template, names, spec):
    assert (await template("PUT", "mine", spec)).status == 422
    assert await names() == [(SITES, True)]


async def test_names_of_parameters_are_kept_as_they_are(template):
    parameters = {"$where": 1, "a.b": "\x00", "": None}
    await template("PUT", "mine", {"parameters": parameters})
    assert (await template("GET", "mine")).body["spec"]["parameters"] == parameters


async def test_what_is_too_large_is_refused(template):
    answer = await template("PUT", "mine", {"script": "x" * service_module._LARGEST})
    assert answer.status == 413


async def test_there_are_only_so_many(template, monkeypatch):
    monkeypatch.setattr(store_module, "MOST", 1)
    assert (await template("PUT", "one", SPEC)).status == 201
    assert (await template("PUT", "two", SPEC)).status == 409
    assert (await template("PUT", "one", SPEC)).status == 200


class TestOfTheSite:
    async def test_it_is_shown(self, template):
        answer = await template("GET", SITES)
        assert answer.body["site"] is True
        assert answer.body["spec"]["parameters"] == {"partition": "gpu"}

    async def test_it_stays_as_it_is(self, template):
        assert (await template("PUT", SITES, SPEC)).status == 409
        assert (await template("DELETE", SITES)).status == 409

    async def test_ones_own_of_the_same_name_waits_unseen(self, services, names):
        await services.templates._store.create(SITES, "{}")
        assert await names() == [(SITES, True)]

    def test_one_that_is_wrong_is_left_out_and_the_log_says_why(self, caplog):
        wrong = {"a": {"scrip": ""}, " b": {}, "c": {"name": "n"}, "d": 3}
        assert list(site_templates(wrong)) == ["c"]
        assert [record.levelname for record in caplog.records] == ["CRITICAL"] * 3
        assert "'a'] is left out: it scrip: Extra inputs" in caplog.text


class TestVersions:
    async def test_who_has_it_already_is_told_so(self, template):
        etag = (await template("PUT", "mine", SPEC)).headers["ETag"]
        assert (await template("GET", "mine", **{"If-None-Match": etag})).status == 304

    async def test_what_has_changed_since_is_not_written_over(self, template):
        old = (await template("PUT", "mine", SPEC)).headers["ETag"]
        now = (await template("PUT", "mine", SPEC, **{"If-Match": old})).headers["ETag"]
        assert now != old
        for verb, spec in (("PUT", SPEC), ("DELETE", None)):
            assert (await template(verb, "mine", spec, **{"If-Match": old})).status == 412
        assert (await template("DELETE", "mine", **{"If-Match": now})).status == 204
        assert (await template("PUT", "mine", SPEC, **{"If-Match": now})).status == 412

    @pytest.mark.parametrize("sent", ["", "x" * 256, "caf\xe9"])
    async def test_what_cannot_be_one_is_refused(self, template, sent):
        assert (await template("PUT", "mine", SPEC, **{"If-Match": sent})).status == 422

    async def test_of_two_that_make_it_at_once_one_replaces_the_others(
        self, template, services, monkeypatch
    ):
        insert = store_module._insert

        def another_is_first(database, document):
            monkeypatch.setattr(store_module, "_insert", insert)
            insert(database, {**document})
            return insert(database, {**document})

        monkeypatch.setattr(store_module, "_insert", another_is_first)
        assert (await template("PUT", "mine", SPEC)).status == 200


async def test_a_newer_servers_spec_is_understood_as_far_as_it_goes(template, services):
    await services.templates._store.create("mine", '{"name": "n", "priority": 7}')
    assert (await template("GET", "mine")).body["spec"]["name"] == "n"


async def test_without_the_database_it_is_503(template, database):
    database.is_away = True
    assert (await template("GET", "mine")).status == 503
    assert (await template("GET", SITES)).status == 200
