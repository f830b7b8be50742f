// Which links in a message are of videos. The same as rooms/embeds/videos.py, which says it of what the server renders.

export interface Video {
  readonly site: string;
  readonly id: string;
  /** The words of the link, "" where it has none. */
  readonly title: string;
}

export const NAMES: Readonly<Record<string, string>> = { vimeo: "Vimeo", youtube: "YouTube" };

const PAGES: Readonly<Record<string, RegExp>> = {
  vimeo: /^https:\/\/(?:www\.)?(?:player\.)?vimeo\.com\/(?:video\/)?(\d{5,12})(?![\w-])/,
  youtube:
    /^https:\/\/(?:(?:www\.|m\.)?youtube\.com\/(?:watch\?(?:[\w=%-]+&)*v=|shorts\/|live\/|embed\/)|www\.youtube-nocookie\.com\/embed\/|youtu\.be\/)([\w-]{11})(?![\w-])/,
};
const LINK = /\[([^[\]\n]{1,200})\]\((https:\/\/[^\s()<>]{1,300})\)|(https:\/\/[^\s<>"()]{1,300})/g;
const LONGEST_TITLE = 120;
const MOST_LINKS = 20;

/** The first video of these sites that a text links to. */
export function firstVideo(text: string, sites: readonly string[]): Video | undefined {
  for (const link of [...text.matchAll(LINK)].slice(0, MOST_LINKS)) {
    for (const site of sites) {
      const id = PAGES[site]?.exec(link[2] ?? link[3] ?? "")?.[1];
      if (id) return { site, id, title: [...(link[1] ?? "").trim()].slice(0, LONGEST_TITLE).join("") };
    }
  }
  return undefined;
}
