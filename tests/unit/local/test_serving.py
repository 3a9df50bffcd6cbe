"""Ports of this machine: kept for those who are told of them."""

import socket
import sys

import httpx
import pytest
from starlette.applications import Starlette

from local.serving import LOOPBACK, held_port, serving


async def test_who_was_told_of_a_kept_port_may_listen_there_again_and_again():
    answers = []
    with held_port() as port:
        for _ in range(2):
            async with serving(Starlette(), port) as url, httpx.AsyncClient() as http:
                answers.append((await http.get(url)).status_code)

    assert answers == [404, 404]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a kept port is only found free")
def test_who_was_not_told_of_a_kept_port_does_not_get_it():
    with held_port() as port, socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind((LOOPBACK, port))
