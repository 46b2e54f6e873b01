"""Imports over the API: a file or its text, how far it is, and what was not read."""

from django.core.files.uploadedfile import SimpleUploadedFile

JSON = "application/json"
TEXT = "Message,Date,Customer\nWhere is it?,2026-03-01 09:00,Kim\nHm,soon,Bo\n"


def test_an_export_is_brought_read_and_looked_at(as_client, root, pump):
    client = as_client(root)
    file = SimpleUploadedFile("old tool.csv", TEXT.encode())
    made = client.post("/api/v1/imports", {"file": file})
    where = f"/api/v1/imports/{made.json()['id']}"

    assert made.status_code == 201
    assert made.json()["name"] == "old tool.csv"
    assert made.json()["columns"] == {"text": 0, "posted_at": 1, "author": 2}
    first, second = made.json()["preview"]["rows"]
    assert first["messages"][0]["author"] == "Kim"
    assert second["problems"] == ["“soon” is no date that can be read."]

    assert client.post(f"{where}/start", {}, JSON).status_code == 202
    pump()
    done = client.get(where).json()
    assert (done["state"], done["read"], done["added"]) == ("done", 2, 1)
    assert done["preview"] is None
    assert client.get(f"{where}/problems").json()["results"] == [
        {
            "number": 3,
            "cells": ["Hm", "soon", "Bo"],
            "why": ["“soon” is no date that can be read."],
        }
    ]
    lines = b"".join(client.get(f"{where}/problems?format=csv").streaming_content)
    assert b"Hm,soon,Bo" in lines
    picture = client.get(f"{where}/picture").json()
    assert picture["waits"]["questions"] == 1
    assert picture["unanswered"][0]["text"] == "Where is it?"
    assert client.get("/api/v1/imports").json()["results"][0]["id"] == done["id"]


def test_a_text_does_as_well_and_neither_is_refused(as_client, root):
    client = as_client(root)
    body = {"name": "x.csv", "text": TEXT}

    assert client.post("/api/v1/imports", body, JSON).status_code == 201
    assert client.post("/api/v1/imports", {}, JSON).status_code == 422


def test_a_column_that_is_not_there_is_told(as_client, root):
    client = as_client(root)
    made = client.post("/api/v1/imports", {"text": TEXT}, JSON).json()
    given = {"columns": {"text": 9}}
    refused = client.patch(f"/api/v1/imports/{made['id']}", given, JSON)

    assert refused.status_code == 422
    assert "columns.text" in refused.json()["errors"]
