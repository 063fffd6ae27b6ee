"""`/metrics` for Prometheus, and `/api/v1/state`; both are for whoever may change galleries."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from lookalike.web import problems
from lookalike.web.admission import DESCRIBED, Guarded
from lookalike.web.operating.gauges import Gauges
from lookalike.web.operating.state import State, state
from lookalike.web.services import UseServices

router = APIRouter(
    tags=["operating"],
    route_class=Guarded,
    dependencies=[DESCRIBED],
    responses=problems.responses(
        {
            401: "The admin token is missing or wrong.",
            403: "From elsewhere while no admin token is set.",
        }
    ),
)


@router.get("/api/v1/state", operation_id="getState")
def show_state(services: UseServices) -> State:
    """Health, queue, load, disks, counts, jobs, keys and what was refused last; nobody's photo,
    address or secret is in it."""
    return state(services)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
)
def show_metrics(services: UseServices) -> Response:
    """What all workers have counted, and the state of the server, for Prometheus."""
    told = services.meters.exposed(Gauges(state(services)))
    return Response(told, media_type=CONTENT_TYPE_LATEST)
