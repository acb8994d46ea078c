"""The pictures that the digits runs log: small palette PNGs, drawn with Pillow."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

PAPER, INK, FAINT, WRONG = (250, 250, 248), (38, 38, 46), (120, 120, 128), (196, 61, 47)
BLUE, RED = np.array((33, 84, 160)), np.array((178, 49, 39))
SHADES = 31


def _palette(colours):
    flat = [int(c) for colour in colours for c in colour]
    return flat + [0] * (768 - len(flat))


def _sheet(width, height, colours):
    image = Image.new("P", (width, height), 0)
    image.putpalette(_palette(colours))
    return image


def _blown_up(indices, times):
    return Image.fromarray(np.kron(indices, np.ones((times, times), np.uint8)).astype(np.uint8), "P")


def _png(image):
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def misclassified(pixels, labels, predicted, confidence, columns=8, rows=5):
    """A sheet of wrongly read digits, the most confident first: true label, and what was read.

    `pixels` is (n, 64) in 0..1; the other three are one value a row of it.
    """
    wrong = np.flatnonzero(labels != predicted)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    greys = [np.array(PAPER) + (np.array(INK) - PAPER) * i / 16 for i in range(17)]
    ink, faint, red = 17, 18, 19
    tile, gap, text, head = 40, 8, 16, 26
    width = columns * (tile + gap) + gap
    height = head + rows * (tile + text + gap) + gap
    image = _sheet(width, height, greys + [INK, FAINT, WRONG])
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    font, small = ImageFont.load_default(13), ImageFont.load_default(11)
    shown = min(len(wrong), columns * rows)
    more = f", the {shown} surest shown" if shown < len(wrong) else ""
    draw.text((gap, 6), f"{len(wrong)} of {len(labels)} misread{more}", ink, font)
    for place, sample in enumerate(wrong[:shown]):
        x = gap + place % columns * (tile + gap)
        y = head + place // columns * (tile + text + gap)
        digit = np.round(pixels[sample].reshape(8, 8) * 16).clip(0, 16)
        image.paste(_blown_up(digit, tile // 8), (x, y))
        draw.text((x, y + tile + 1), f"{labels[sample]}", faint, small)
        draw.text((x + 9, y + tile + 1), "as", faint, small)
        draw.text((x + 24, y + tile + 1), f"{predicted[sample]}", red, small)
    if not shown:
        draw.text((gap, head + 8), "every digit read right", faint, font)
    return _png(image)


def weights(first_layer, columns=8, rows=4):
    """The first layer as a grid of 8 x 8 tiles, blue below zero and red above.

    `first_layer` is (64, units). All tiles share one scale, printed under them.
    """
    units = min(first_layer.shape[1], columns * rows)
    rows = -(-units // columns)
    finite = first_layer[np.isfinite(first_layer)]
    scale = float(np.percentile(np.abs(finite), 99.5)) if finite.size else 0.0
    half = SHADES // 2
    white = np.array((247, 247, 245))
    ramp = [white + (BLUE - white) * (half - i) / half for i in range(half)]
    ramp += [white + (RED - white) * i / half for i in range(half + 1)]
    colours = [PAPER, INK, FAINT] + ramp
    tile, gap, foot = 40, 4, 24
    image = _sheet(columns * (tile + gap) + gap, rows * (tile + gap) + gap + foot, colours)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    for unit in range(units):
        w = first_layer[:, unit].reshape(8, 8) / (scale or 1.0)
        shade = np.nan_to_num(np.clip(w, -1, 1), nan=0.0) * half + half
        x = gap + unit % columns * (tile + gap)
        y = gap + unit // columns * (tile + gap)
        image.paste(_blown_up(np.round(shade).astype(np.uint8) + 3, tile // 8), (x, y))
    text = f"{units} of {first_layer.shape[1]} units    blue -{scale:.2f}   red +{scale:.2f}"
    if not finite.size:
        text = "every weight is NaN"
    draw.text((gap, image.height - foot + 3), text, 2, ImageFont.load_default(12))
    return _png(image)
