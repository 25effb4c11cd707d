/** What is read of Markdown here: its links, its headings and its blocks of code. */

/** One link or image. */
export interface Link {
  /** Where it leads, as written, without a title. */
  readonly target: string
  /** The line that it stands in, from 1. */
  readonly line: number
}

/** One fenced block of code. */
export interface Block {
  /** The file that a comment before the block names. */
  readonly source: string | undefined
  readonly language: string
  readonly text: string
}

const inline = /(!?\[(?:[^[\]]|\[[^\]]*\])*\])\((<[^>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+"[^"]*")?\)/g

/**
 * Reads every link of a page; what only looks like one inside code is none.
 *
 * @param text Markdown
 * @returns the links in their order
 */
export function readLinks(text: string): Link[] {
  return withoutCode(text)
    .split('\n')
    .flatMap((content, index) =>
      [...content.matchAll(inline)].map(([, , target = '']) => ({ target, line: index + 1 })),
    )
}

/**
 * Rewrites the links of a page, and leaves all code as it is.
 *
 * @param text Markdown
 * @param rewrite given `[label]` and target, returns what is to stand there
 * @returns the page
 */
export function rewriteLinks(text: string, rewrite: (label: string, target: string) => string): string {
  return mapParts(text, (part) =>
    // A label may hold code of its own, so whole spans of code are stepped over by name instead.
    part.replace(
      new RegExp(`${inline.source}|(\`+)(?:(?!\\3).)*\\3`, 'gs'),
      (whole, label?: string, target?: string) =>
        label === undefined || target === undefined ? whole : rewrite(label, target),
    ),
  )
}

/**
 * Lists the anchors of a page, as GitHub and the site give them to headings.
 *
 * @param text Markdown
 * @returns the anchors, without `#`
 */
export function readAnchors(text: string): Set<string> {
  const taken = new Map<string, number>()
  const anchors = new Set<string>()
  const prose = mapParts(
    text,
    (part) => part,
    () => '',
  )
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = createSlug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''))
    const times = taken.get(slug) ?? 0
    taken.set(slug, times + 1)
    anchors.add(times === 0 ? slug : `${slug}-${times}`)
  }
  return anchors
}

/**
 * @param heading the text of a heading
 * @returns its anchor, as GitHub makes it
 */
export function createSlug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}

/**
 * Reads every fenced block of a page.
 *
 * @param text Markdown
 * @returns the blocks in their order
 */
export function readBlocks(text: string): Block[] {
  const fence = /(?:<!-- (\S+) -->\n\n)?^( *)```(\w*)[^\n]*\n(.*?)^\2```$/gms
  return [...text.matchAll(fence)].map(([, source, , language = '', content = '']) => ({
    source,
    language,
    text: content,
  }))
}

/** The text with every character of code turned into a blank, so that lines stay what they are. */
function withoutCode(text: string): string {
  const blank = (code: string): string => code.replace(/[^\n]/g, ' ')
  return mapParts(text, (part) => part.replace(/(`+)(?:(?!\1).)+\1/gs, blank), blank)
}

/** Changes what stands outside of fenced blocks by one function, and the blocks by another. */
function mapParts(
  text: string,
  outside: (part: string) => string,
  fenced: (block: string) => string = (block) => block,
): string {
  const fence = /^( *)(```+)[^\n]*\n.*?^\1\2 *$/gms
  let from = 0
  let result = ''
  for (const match of text.matchAll(fence)) {
    result += outside(text.slice(from, match.index)) + fenced(match[0])
    from = match.index + match[0].length
  }
  return result + outside(text.slice(from))
}
