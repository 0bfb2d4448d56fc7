//! Pictures of the demo story: what customers photograph.

use std::{io::Cursor, sync::LazyLock};

use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};

/// Pixels across.
const WIDTH: u32 = 640;
/// Pixels down.
const HEIGHT: u32 = 480;

static LEAK: LazyLock<Vec<u8>> = LazyLock::new(|| jpeg(leak));
static PANEL: LazyLock<Vec<u8>> = LazyLock::new(|| jpeg(panel));
static PARCEL: LazyLock<Vec<u8>> = LazyLock::new(|| jpeg(parcel));
static MUD: LazyLock<Vec<u8>> = LazyLock::new(|| jpeg(mud));

/// The picture of this name, as JPEG.
pub(super) fn drawn(what: &str) -> Option<&'static [u8]> {
    match what {
        "leak" => Some(&LEAK),
        "panel" => Some(&PANEL),
        "parcel" => Some(&PARCEL),
        "mud" => Some(&MUD),
        _ => None,
    }
}

/// A colour, each part from 0 to 1.
type Colour = [f32; 3];

/// Draws what `colour` says of each point, with the grain and the dark corners of a telephone's camera.
fn jpeg(colour: fn(f32, f32) -> Colour) -> Vec<u8> {
    let mut grain = 7_u32;
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (x, y) = (x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
        let noise = ((grain >> 24) as f32 / 255.0 - 0.5) * 0.03;
        let corner = 1.0 - 0.35 * ((x - 0.5).powi(2) + (y - 0.5).powi(2));
        Rgb(colour(x, y).map(|part| ((part * corner + noise).clamp(0.0, 1.0) * 255.0) as u8))
    });
    let mut bytes = Cursor::new(Vec::new());
    // Memory does not refuse.
    let _ = JpegEncoder::new_with_quality(&mut bytes, 78).encode_image(&picture);
    bytes.into_inner()
}

fn mix(one: Colour, other: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|at| one[at] + (other[at] - one[at]) * share)
}

/// 1 within a box, 0 outside, soft at its edge.
fn boxed(x: f32, y: f32, left: f32, top: f32, right: f32, bottom: f32) -> f32 {
    let inside = (x - left).min(right - x).min(y - top).min(bottom - y);
    (inside * 250.0).clamp(0.0, 1.0)
}

/// How far within a round thing: above 0 inside.
fn round(x: f32, y: f32, at: (f32, f32), size: (f32, f32)) -> f32 {
    1.0 - (((x - at.0) / size.0).powi(2) + ((y - at.1) / size.1).powi(2)).sqrt()
}

fn planks(x: f32, y: f32) -> Colour {
    let row = (y * 9.0).floor();
    let along = x * 3.0 + row * 0.37;
    let tone = ((row * 12.9 + along.floor() * 78.2).sin() * 43.7).fract().abs() * 0.12;
    let grain = (along * 60.0 + (y * 90.0).sin() * 2.0).sin() * 0.02;
    let seam = if (y * 9.0).fract() < 0.04 || along.fract() < 0.008 { 0.25 } else { 0.0 };
    [0.66, 0.47, 0.30].map(|part| part + tone + grain - seam)
}

/// A machine on a wooden floor, and water before it.
fn leak(x: f32, y: f32) -> Colour {
    let mut colour = planks(x, y);
    let wave = (x * 23.0).sin() * 0.04 + (y * 31.0).cos() * 0.03;
    let water = round(x, y, (0.55, 0.72), (0.42, 0.17)) + wave;
    let small = round(x, y, (0.2, 0.86), (0.12, 0.06)) + wave;
    let wet = (water.max(small) * 14.0).clamp(0.0, 1.0);
    colour = mix(colour, mix(colour, [0.30, 0.36, 0.42], 0.55), wet);
    let shine = (round(x, y, (0.63, 0.66), (0.16, 0.03)) * 4.0).clamp(0.0, 1.0) * wet;
    colour = mix(colour, [0.93, 0.96, 1.0], shine * 0.8);
    if y < 0.5 {
        let machine = mix([0.93, 0.93, 0.94], [0.78, 0.79, 0.81], x);
        colour = mix(colour, machine, boxed(x, y, 0.12, -1.0, 0.92, 0.46));
        let door = round(x, y, (0.52, 0.1), (0.25, 0.33));
        colour = mix(colour, [0.55, 0.57, 0.6], (door * 40.0).clamp(0.0, 1.0));
        colour = mix(colour, [0.13, 0.16, 0.2], ((door - 0.18) * 30.0).clamp(0.0, 1.0));
    }
    mix(colour, [0.12, 0.09, 0.07], boxed(x, y, 0.12, 0.455, 0.92, 0.485) * 0.8)
}

/// Whether a point lies on a lit bar of a digit: E or 5.
fn lit(x: f32, y: f32, left: f32, bars: [bool; 7]) -> bool {
    let (width, top, height, thick) = (0.1, 0.34, 0.3, 0.018);
    let (x, y) = (x - left + (y - 0.5) * 0.06, y - top);
    let level = |at: f32| (y - at).abs() < thick && x > thick && x < width - thick;
    let upright = |at: f32, upper: bool| {
        let (from, until) = if upper { (thick, height / 2.0) } else { (height / 2.0, height - thick) };
        (x - at).abs() < thick * 0.75 && y > from && y < until
    };
    let on = [
        level(0.0),
        upright(0.0, true),
        upright(width, true),
        level(height / 2.0),
        upright(0.0, false),
        upright(width, false),
        level(height),
    ];
    on.iter().zip(bars).any(|(on, lit)| *on && lit)
}

/// The panel of a machine that shows a fault.
fn panel(x: f32, y: f32) -> Colour {
    let steel = 0.62 + ((y * 240.0).sin() * 0.5 + (y * 1_171.0).sin()) * 0.012 + x * 0.1;
    let mut colour = [steel, steel, steel * 1.01];
    let glass = boxed(x, y, 0.12, 0.2, 0.88, 0.8);
    colour = mix(colour, mix([0.05, 0.06, 0.08], [0.14, 0.16, 0.2], 1.0 - y), glass);
    let glow = round(x, y, (0.46, 0.5), (0.26, 0.3)).max(0.0);
    colour = mix(colour, [0.5, 0.08, 0.05], glow * 0.3 * glass);
    let e = [true, true, false, true, true, false, true];
    let five = [true, true, false, true, false, true, true];
    if lit(x, y, 0.34, e) || lit(x, y, 0.49, five) {
        colour = [1.0, 0.35, 0.22];
    }
    for at in 0..4 {
        let button = round(x, y, (0.22 + at as f32 * 0.18, 0.72), (0.018, 0.024));
        colour = mix(colour, [0.75, 0.82, 0.86], (button * 6.0).clamp(0.0, 1.0) * 0.8);
    }
    mix(colour, [1.0, 1.0, 1.0], (boxed(x + y * 0.4, y, 0.86, 0.2, 0.94, 0.8) * glass) * 0.1)
}

/// A parcel before a door.
fn parcel(x: f32, y: f32) -> Colour {
    let tile = ((x * 7.0).fract() < 0.02 || (y * 7.0).fract() < 0.025) as u8 as f32;
    let mut colour = mix([0.72, 0.70, 0.67], [0.5, 0.48, 0.46], tile);
    colour = mix(colour, [0.34, 0.24, 0.18], boxed(x, y, -1.0, -1.0, 2.0, 0.3));
    colour = mix(colour, [0.25, 0.22, 0.2], boxed(x, y, 0.2, 0.3, 0.86, 0.88) * 0.5);
    let card = 0.02 * (y * 160.0).sin();
    let cardboard = [0.70 + card, 0.53 + card, 0.34 + card];
    colour = mix(colour, cardboard, boxed(x, y, 0.18, 0.26, 0.82, 0.84));
    colour = mix(colour, [0.80, 0.68, 0.48], boxed(x, y, 0.46, 0.26, 0.54, 0.84) * 0.8);
    // One corner is crushed.
    let dent = (round(x, y, (0.8, 0.3), (0.16, 0.14)) * 3.0).clamp(0.0, 1.0) * boxed(x, y, 0.18, 0.26, 0.82, 0.84);
    colour = mix(colour, mix(colour, [0.2, 0.14, 0.09], 0.5 + (x * 60.0 - y * 90.0).sin() * 0.25), dent);
    let label = boxed(x, y, 0.24, 0.5, 0.44, 0.74);
    colour = mix(colour, [0.95, 0.95, 0.94], label);
    let bars = (x * 211.0).sin() + (x * 397.0).cos() > 0.1;
    if label > 0.9 && y > 0.64 && y < 0.71 && bars {
        colour = [0.1, 0.1, 0.1];
    }
    let words = (y * 40.0).fract() < 0.35 && x < 0.42 && x > 0.26 && y > 0.52 && y < 0.62;
    if words { [0.3, 0.3, 0.3] } else { colour }
}

/// Footprints on a light floor.
fn mud(x: f32, y: f32) -> Colour {
    let seam = ((x * 4.0 + 0.01).fract() < 0.015 || (y * 3.0).fract() < 0.015) as u8 as f32;
    let vein = ((x * 9.0 + (y * 7.0).sin()).sin() * 0.5 + (y * 13.0 + x * 5.0).cos()) * 0.015;
    let light = [0.86 + vein, 0.85 + vein, 0.82 + vein];
    let mut colour = mix(light, [0.66, 0.65, 0.62], seam);
    for (at, (px, py)) in [(0.25, 0.82), (0.38, 0.62), (0.5, 0.44), (0.62, 0.26), (0.72, 0.1)].into_iter().enumerate() {
        let side = if at % 2 == 0 { -0.05 } else { 0.05 };
        let sole = round(x, y, (px + side, py), (0.045, 0.085));
        let heel = round(x, y, (px + side - 0.012, py + 0.11), (0.036, 0.05));
        let tread = 0.75 + 0.25 * ((y * 140.0 + x * 40.0).sin()).signum();
        let mark = (sole.max(heel) * 9.0).clamp(0.0, 1.0) * tread * (0.95 - at as f32 * 0.13);
        colour = mix(colour, [0.33, 0.23, 0.14], mark);
    }
    colour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_one_that_would_be_taken() {
        for what in ["leak", "panel", "parcel", "mud"] {
            let bytes = drawn(what).expect("a picture");
            let mut sniffer = crate::sniff::Sniffer::new();
            sniffer.pass(bytes);
            let verdict = sniffer.finish("照片.jpg").expect("taken");
            assert_eq!((verdict.kind.mime, verdict.measure), ("image/jpeg", Some((WIDTH, HEIGHT))), "{what}");
            assert!((4_000..200_000).contains(&bytes.len()), "{what}: {}", bytes.len());
        }
    }
}
