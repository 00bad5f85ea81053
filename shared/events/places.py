"""Where something happened: integers in micro-degrees, so that no float enters an event."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import Code, Count, Jurisdiction

MicroLatitude = Annotated[
    int, Meta(ge=-90_000_000, le=90_000_000, description="latitude in micro-degrees, WGS 84")
]
MicroLongitude = Annotated[
    int, Meta(ge=-180_000_000, le=180_000_000, description="longitude in micro-degrees, WGS 84")
]


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place of training or of an inspection; `precision_m` is the radius that the point may be
    off.
    """

    county: Jurisdiction
    site: Code | None = None
    room: Code | None = None
    latitude_udeg: MicroLatitude | None = None
    longitude_udeg: MicroLongitude | None = None
    precision_m: Count | None = None
    located_by: Literal["gps", "survey", "address", "centroid"] | None = None
    """a centroid is only the middle of a village: distances from it are lower bounds"""
