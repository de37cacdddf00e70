//! Rooms and the spots in them, field by field.

use super::id::{RoomId, SpotId};
use super::subject::{Touch, one, subject};
use super::value::{Code, Degrees, Metres, Patch, Seats, Shape, Slot};

subject! {
    /// A room of the venue.
    Room, RoomPatch, RoomId {
        /// Unique among the rooms, compared without case.
        name: Code => Code,
        width_m: Metres => Metres,
        depth_m: Metres => Metres,
    }
    own {}
}

subject! {
    /// A physical table, standing in a room.
    Spot, SpotPatch, SpotId {
        /// Unique among the spots, compared without case.
        code: Code => Code,
        room: RoomId => RoomId,
        /// The centre's distance from the room's left wall.
        x_m: Metres => Metres,
        /// The centre's distance from the room's upper wall.
        y_m: Metres => Metres,
        width_m: Metres => Metres,
        depth_m: Metres => Metres,
        shape: Shape => Shape,
        seats: Seats => Seats,
        rotation_deg: Degrees => Degrees,
    }
    own {}
}

impl Room {
    /// `None` where the patch does not say all that a room needs.
    pub(in crate::plan) fn new(id: RoomId, patch: &RoomPatch, touch: Touch) -> Option<Self> {
        Some(Self {
            id,
            name: patch.name.set()?.clone(),
            width_m: *patch.width_m.set()?,
            depth_m: *patch.depth_m.set()?,
            touched: [touch; Self::FIELDS.len()],
        })
    }

    #[must_use]
    pub fn label(&self) -> String {
        self.name.to_string()
    }
}

impl Spot {
    /// `None` where the patch does not say all that a spot needs.
    pub(in crate::plan) fn new(id: SpotId, patch: &SpotPatch, touch: Touch) -> Option<Self> {
        Some(Self {
            id,
            code: patch.code.set()?.clone(),
            room: *patch.room.set()?,
            x_m: *patch.x_m.set()?,
            y_m: *patch.y_m.set()?,
            width_m: *patch.width_m.set()?,
            depth_m: *patch.depth_m.set()?,
            shape: patch.shape.set().copied().unwrap_or_default(),
            seats: *patch.seats.set()?,
            rotation_deg: patch.rotation_deg.set().copied().unwrap_or_default(),
            touched: [touch; Self::FIELDS.len()],
        })
    }

    #[must_use]
    pub fn label(&self) -> String {
        self.code.to_string()
    }

    /// Half of the width and depth that the spot takes up in the room, rotation included.
    fn half_extent_m(&self) -> (f64, f64) {
        let (half_width, half_depth) = (self.width_m.get() / 2.0, self.depth_m.get() / 2.0);
        if self.shape == Shape::Round {
            return (half_width, half_depth);
        }
        let (sin, cos) = f64::from(self.rotation_deg.get()).to_radians().sin_cos();
        (half_width * cos.abs() + half_depth * sin.abs(), half_width * sin.abs() + half_depth * cos.abs())
    }

    /// Whether the whole spot lies within the room's walls, to the millimetre.
    #[must_use]
    pub fn fits_into(&self, room: &Room) -> bool {
        const MILLIMETRE: f64 = 0.001;
        let (half_width, half_depth) = self.half_extent_m();
        let (x, y) = (self.x_m.get(), self.y_m.get());
        x - half_width >= -MILLIMETRE
            && y - half_depth >= -MILLIMETRE
            && x + half_width <= room.width_m.get() + MILLIMETRE
            && y + half_depth <= room.depth_m.get() + MILLIMETRE
    }
}

/// The side of a table for so many people where nobody said how large it is: 18 cm for each, 1.2 m at least.
#[must_use]
pub(super) fn usual_size_m(seats: Seats) -> Metres {
    Metres::from_millimetres((seats.get() * 180).max(1_200))
}
