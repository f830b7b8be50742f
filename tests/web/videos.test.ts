import assert from "node:assert/strict";
import { test } from "node:test";
import { firstVideo, type Video } from "../../rooms/embeds/client/videos.ts";

const ID = "dQw4w9WgXcQ";
const YOUTUBE: Video = { site: "youtube", id: ID, title: "" };
const BOTH = ["youtube", "vimeo"];

// The same as in tests/rooms/embeds/test_videos.py.
const CASES: readonly [string, Video | undefined][] = [
  [`https://www.youtube.com/watch?v=${ID}`, YOUTUBE],
  [`See https://youtu.be/${ID}?t=5.`, YOUTUBE],
  [`https://m.youtube.com/watch?list=PL1&v=${ID}&t=3`, YOUTUBE],
  [`https://youtube.com/shorts/${ID}`, YOUTUBE],
  [`[Our play](https://www.youtube.com/watch?v=${ID})`, { ...YOUTUBE, title: "Our play" }],
  ["https://vimeo.com/76979871", { site: "vimeo", id: "76979871", title: "" }],
  ["https://player.vimeo.com/video/76979871", { site: "vimeo", id: "76979871", title: "" }],
  [`https://evil.example/https://youtu.be/${ID}`, undefined],
  [`https://www.youtube.com.evil.example/watch?v=${ID}`, undefined],
  [`https://youtu.be/${ID}x`, undefined],
  ["https://www.youtube.com/watch?v=short", undefined],
  [`http://youtu.be/${ID}`, undefined],
  ["https://vimeo.com/about", undefined],
  ["", undefined],
];

for (const [said, video] of CASES) {
  test(`the server and the page agree about the video in: ${said}`, () => {
    assert.deepEqual(firstVideo(said, BOTH), video);
  });
}

test("a site that is not allowed has no videos", () => {
  assert.equal(firstVideo(`https://youtu.be/${ID}`, ["vimeo"]), undefined);
});
