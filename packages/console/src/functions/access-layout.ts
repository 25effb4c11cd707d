import type { AccessEdge, AccessPicture, Caller, UrlSummary } from '@furlong/local/console'
import { describeUrl, listMissing } from './describe.ts'

/** Measures of the drawing in CSS pixels. */
export const rowHeight = 26
const accountHeight = 24
const padding = 6
/** A line of a name beneath a caller. */
export const labelHeight = 14
/** Of one character of a name, of 11 pixels. */
const labelWidth = 6.7

/** From this width on there is room for a heading above the URLs, and for wider columns. */
const wideWidth = 560

/** Where everything of the drawing stands, in CSS pixels. */
export interface AccessLayout {
  readonly callers: readonly Placed<Caller>[]
  /** Headings of the accounts. */
  readonly accounts: readonly Placed<string>[]
  readonly urls: readonly Placed<UrlSummary>[]
  /** What is wrong comes last, and so lies on top. */
  readonly edges: readonly PlacedEdge[]
  readonly labels: ReadonlyMap<AccessEdge, EdgeLabel>
  /** Where the column of callers ends and that of URLs begins. */
  readonly columns: { readonly left: number; readonly right: number }
  readonly urlsTop: number
  readonly height: number
  readonly isWide: boolean
}

/** Something, and the height at which it stands. */
export interface Placed<Item> {
  readonly item: Item
  readonly y: number
}

/**
 * Lays the drawing of who may call what out.
 *
 * @param picture callers, URLs and what is granted
 * @param shown those of its callers that are drawn
 * @param width of the drawing
 */
export function layOutAccess(picture: AccessPicture, shown: readonly Caller[], width: number): AccessLayout {
  const isWide = width >= wideWidth
  const columns = readColumns(width, isWide)
  const groups = groupHalf(picture.edges, shown)
  // Names of lines need room between the columns, and each of a caller's its own; without it they stand beneath the callers.
  const room = columns.right - 12 - columns.left - 28
  const isBetween = [...groups.values()].every(
    (all) => all.length <= 1 && all.every(({ says }) => says.join(', ').length * labelWidth <= room),
  )
  const countLines = ({ arn }: Caller): number =>
    isBetween ? 0 : (groups.get(arn) ?? []).reduce((sum, { says }) => sum + says.length, 0)
  const { callers, accounts, height: callersHeight } = placeCallers(shown, countLines)
  const urlsHeight = picture.urls.length * rowHeight
  const height = Math.max(callersHeight, urlsHeight + accountHeight) + padding
  const urlsTop = Math.max(accountHeight, (height - urlsHeight) / 2)
  const urls = sortUrls(picture.urls).map((item, at) => ({
    item,
    y: urlsTop + at * rowHeight + rowHeight / 2,
  }))
  const edges = placeEdges(picture.edges, callers, urls)
  const labels = isBetween
    ? labelBetween(groups, edges, columns.left)
    : labelBeneath(groups, edges, columns.left)
  return { callers, accounts, urls, edges, labels, columns, urlsTop, height, isWide }
}

function placeCallers(
  callers: readonly Caller[],
  countLines: (caller: Caller) => number,
): {
  callers: readonly Placed<Caller>[]
  accounts: readonly Placed<string>[]
  height: number
} {
  const placed: Placed<Caller>[] = []
  const accounts: Placed<string>[] = []
  let y = 0
  let account: string | undefined
  for (const item of callers) {
    if (item.accountId !== account) {
      account = item.accountId
      accounts.push({ item: account === '' ? 'no account' : `account ${account}`, y: y + accountHeight - 8 })
      y += accountHeight
    }
    placed.push({ item, y: y + rowHeight / 2 })
    y += rowHeight + countLines(item) * labelHeight
  }
  return { callers: placed, accounts, height: y }
}

/** What is wrong lies on top of what is right. */
const layers: readonly AccessEdge['verdict'][] = ['granted', 'half', 'denied']

/** A line, and its ends. */
export interface PlacedEdge {
  readonly edge: AccessEdge
  readonly from: Placed<Caller>
  readonly to: Placed<UrlSummary>
}

function placeEdges(
  edges: readonly AccessEdge[],
  callers: readonly Placed<Caller>[],
  urls: readonly Placed<UrlSummary>[],
): readonly PlacedEdge[] {
  const ofArn = new Map(callers.map((caller) => [caller.item.arn, caller]))
  const ofId = new Map(urls.map((url) => [url.item.urlId, url]))
  return edges
    .toSorted((one, other) => layers.indexOf(one.verdict) - layers.indexOf(other.verdict))
    .flatMap((edge) => {
      const [from, to] = [ofArn.get(edge.caller), ofId.get(edge.urlId)]
      return from === undefined || to === undefined ? [] : [{ edge, from, to }]
    })
}

/** What a line is named: lines of text, each by the baseline at its beginning or, beneath a caller, at its end. */
export interface EdgeLabel {
  readonly says: readonly string[]
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'end'
}

/** Half-granted lines of one caller that wait for the same. */
interface HalfGroup {
  readonly says: readonly string[]
  readonly edges: readonly AccessEdge[]
}

/** Lines of a caller that want the same are named once. */
function groupHalf(
  edges: readonly AccessEdge[],
  callers: readonly Caller[],
): ReadonlyMap<string, readonly HalfGroup[]> {
  const ofCaller = Map.groupBy(
    edges.filter(({ verdict }) => verdict === 'half'),
    ({ caller }) => caller,
  )
  const group = (caller: Caller): readonly HalfGroup[] => {
    const groups = Map.groupBy(ofCaller.get(caller.arn) ?? [], (edge) => listMissing(edge, caller).join('\n'))
    return [...groups].map(([name, all]) => {
      const says = name.split('\n')
      const count = all.length === 1 ? '' : ` ×${all.length}`
      return { says: [...says.slice(0, -1), `${says.at(-1) ?? ''}${count}`], edges: all }
    })
  }
  return new Map(callers.map((caller) => [caller.arn, group(caller)]))
}

type LabelEdges = (
  groups: ReadonlyMap<string, readonly HalfGroup[]>,
  edges: readonly PlacedEdge[],
  left: number,
) => ReadonlyMap<AccessEdge, EdgeLabel>

/** Near the caller, where the lines that want the same are still one: above or below their beginning. */
const labelBetween: LabelEdges = (groups, edges, left) => {
  const labels = new Map<AccessEdge, EdgeLabel>()
  for (const { says, edges: all } of [...groups.values()].flat()) {
    const placed = edges.filter(({ edge }) => all.includes(edge))
    const [first] = placed
    if (first === undefined) continue
    // The lines that go up must not go through the name.
    const y = first.from.y + (placed.every(({ from, to }) => to.y < from.y) ? 13 : -4)
    labels.set(first.edge, { says: [says.join(', ')], x: left + 16, y, anchor: 'start' })
  }
  return labels
}

/** Beneath the name of the caller, one thing a line. */
const labelBeneath: LabelEdges = (groups, edges, left) => {
  const labels = new Map<AccessEdge, EdgeLabel>()
  for (const ofCaller of groups.values()) {
    let lines = 0
    for (const { says, edges: all } of ofCaller) {
      const first = edges.find(({ edge }) => all.includes(edge))
      if (first === undefined) continue
      const longest = Math.max(...says.map(({ length }) => length)) * labelWidth
      const y = first.from.y + rowHeight / 2 + 8 + lines * labelHeight
      labels.set(first.edge, { says, x: Math.max(left - 18, longest), y, anchor: 'end' })
      lines += says.length
    }
  }
  return labels
}

function sortUrls(urls: readonly UrlSummary[]): readonly UrlSummary[] {
  const named = urls.map((url) => ({ url, name: describeUrl(url) }))
  return named.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))).map(({ url }) => url)
}

function readColumns(width: number, isWide: boolean): { left: number; right: number } {
  const share = isWide ? 0.32 : 0.4
  return { left: Math.min(260, width * share), right: width - Math.min(220, width * (share - 0.06)) }
}
