// The installed application's icons, drawn from web/art/favicon.svg: rectangles and paths of straight lines and cubic curves.
import { deflateSync } from "node:zlib";

const FINE = 4; // samples a side of each pixel
const CURVE = 16; // straight pieces of a curve
const WALL = "#f5eede"; // --wall of web/styles/tokens.css: what a mask may cut off
const MASKED = 0.74; // of the side: what every mask leaves, https://w3c.github.io/manifest/#icon-masks

/** PNGs by their names. */
export function iconsOf(svg) {
  return {
    "icon-192.png": draw(shapesOf(svg, 192, 1), 192),
    "icon-512.png": draw(shapesOf(svg, 512, 1), 512),
    "icon-maskable-512.png": draw([full(512), ...shapesOf(svg, 512, MASKED)], 512),
  };
}

function full(size) {
  return { fill: colour(WALL), outline: [[0, 0], [size, 0], [size, size], [0, size]] };
}

function shapesOf(svg, size, share) {
  const side = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const scale = (size * share) / side;
  const shift = (size * (1 - share)) / 2;
  return [...svg.matchAll(/<(rect|path)\s([^>]*)\/>/g)].map(([, kind, written]) => {
    const given = Object.fromEntries([...written.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const outline = kind === "rect" ? rounded(given) : followed(given.d);
    return { fill: colour(given.fill), outline: outline.map(([x, y]) => [x * scale + shift, y * scale + shift]) };
  });
}

function rounded({ x = 0, y = 0, width, height, rx = 0 }) {
  const [left, top, right, bottom, r] = [+x, +y, +x + +width, +y + +height, +rx];
  const corner = (cx, cy, from) =>
    Array.from({ length: CURVE + 1 }, (_, step) => {
      const angle = ((from + (90 * step) / CURVE) * Math.PI) / 180;
      return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
    });
  return [
    ...corner(right - r, bottom - r, 0),
    ...corner(left + r, bottom - r, 90),
    ...corner(left + r, top + r, 180),
    ...corner(right - r, top + r, 270),
  ];
}

/** The points along a path of M, V, H, L, C, c, S, s and z. */
function followed(d) {
  const outline = [];
  let [x, y, handle] = [0, 0, undefined];
  for (const [, letter, rest] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (rest.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    const step = { M: 2, L: 2, V: 1, H: 1, C: 6, S: 4, Z: 0 }[letter.toUpperCase()];
    for (let at = 0; step > 0 && at < numbers.length; at += step) {
      const given = numbers.slice(at, at + step);
      if ("VH".includes(letter)) [x, y, handle] = letter === "V" ? [x, given[0], undefined] : [given[0], y, undefined];
      else {
        const own = letter === letter.toLowerCase() ? given.map((value, nth) => value + (nth % 2 ? y : x)) : given;
        const points = letter.toUpperCase() === "S" ? [...(handle ?? [x, y]), ...own] : own;
        if (points.length === 6) outline.push(...curve([x, y], points));
        handle = points.length === 6 ? [2 * points[4] - points[2], 2 * points[5] - points[3]] : undefined;
        [x, y] = points.slice(-2);
      }
      outline.push([x, y]);
    }
  }
  return outline;
}

function curve([x0, y0], [x1, y1, x2, y2, x3, y3]) {
  return Array.from({ length: CURVE }, (_, step) => {
    const [t, s] = [step / CURVE, 1 - step / CURVE];
    const at = (a, b, c, d) => s ** 3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t ** 3 * d;
    return [at(x0, x1, x2, x3), at(y0, y1, y2, y3)];
  });
}

function colour(digits) {
  return [1, 3, 5].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

/** Line by line: where the line crosses an outline, the inside begins or ends. */
function draw(shapes, size) {
  const pixels = new Float32Array(size * size * 4);
  for (const { fill, outline } of shapes) {
    const cover = covered(outline, size);
    for (let at = 0; at < size * size; at++) {
      if (cover[at] === 0) continue;
      const share = cover[at] / (FINE * FINE);
      for (let part = 0; part < 3; part++) pixels[at * 4 + part] = fill[part] * share + pixels[at * 4 + part] * (1 - share);
      pixels[at * 4 + 3] = share + pixels[at * 4 + 3] * (1 - share);
    }
  }
  return png(pixels, size);
}

function covered(outline, size) {
  const cover = new Uint8Array(size * size);
  for (let line = 0; line < size * FINE; line++) {
    const y = (line + 0.5) / FINE;
    const crossings = outline
      .map(([x0, y0], nth) => [x0, y0, ...outline[(nth + 1) % outline.length]])
      .filter(([, y0, , y1]) => y0 <= y !== y1 <= y)
      .map(([x0, y0, x1, y1]) => x0 + ((y - y0) / (y1 - y0)) * (x1 - x0))
      .sort((one, other) => one - other);
    for (let nth = 0; nth + 1 < crossings.length; nth += 2) {
      const [first, last] = [Math.ceil(crossings[nth] * FINE - 0.5), Math.ceil(crossings[nth + 1] * FINE - 0.5)];
      for (let x = Math.max(0, first); x < Math.min(size * FINE, last); x++) {
        cover[Math.floor(line / FINE) * size + Math.floor(x / FINE)]++;
      }
    }
  }
  return cover;
}

/** https://www.w3.org/TR/png-3/ with alpha, eight bits each. */
function png(pixels, size) {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const alpha = pixels[(y * size + x) * 4 + 3];
      for (let part = 0; part < 3; part++) {
        rows[y * (size * 4 + 1) + 1 + x * 4 + part] = alpha > 0 ? Math.round(pixels[(y * size + x) * 4 + part] / alpha) : 0;
      }
      rows[y * (size * 4 + 1) + 1 + x * 4 + 3] = Math.round(alpha * 255);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), content]);
  const made = Buffer.alloc(body.length + 8);
  made.writeUInt32BE(content.length, 0);
  body.copy(made, 4);
  made.writeUInt32BE(crc(body), body.length + 4);
  return made;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
