import type { AccessEdge, AccessPair, AccessPicture, Caller, UrlSummary } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useWidth } from '../state/width.ts'
import { describeCaller, describeUrl, listMissing, nameShortly } from './describe.ts'

/** Measures of the drawing in CSS pixels. */
const rowHeight = 26
const accountHeight = 24
const padding = 6
/** A line of a name beneath a caller. */
const labelHeight = 14
/** Of one character of a name, of 11 pixels. */
const labelWidth = 6.7

/** With more callers than these, those without any grant are left out at first. */
const fewCallers = 16

interface Placed<Item> {
  readonly item: Item
  readonly y: number
}

/** Who may call what, drawn: callers on the left, URLs on the right, a line for what is granted. */
export function AccessDrawing(props: {
  readonly picture: AccessPicture
  readonly chosen: { readonly caller: string | undefined; readonly urlId: string | undefined }
  readonly onChoose: (pair: AccessPair) => void
}): JSX.Element {
  const { picture, chosen, onChoose } = props
  const box = useRef<HTMLElement>(null)
  const width = Math.max(useWidth(box), 320)
  const isWide = width >= 560
  const [isAll, setAll] = useState(false)
  const granted = new Set(picture.edges.map(({ caller }) => caller))
  const isFew = picture.callers.length <= fewCallers
  const shown = picture.callers.filter(
    ({ arn }) => isAll || isFew || granted.has(arn) || arn === chosen.caller,
  )
  const hidden = picture.callers.length - shown.length

  const columns = readColumns(width)
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
  const caption = `${picture.callers.length} callers, ${picture.urls.length} function URLs, ${picture.edges.length} grants`
  return (
    <figure ref={box} class="drawing">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={caption}>
        {accounts.map(({ item, y }) => (
          <text key={item} x={columns.left - 18} y={y} class="drawing-account" text-anchor="end">
            {item}
          </text>
        ))}
        {isWide && (
          <text x={columns.right} y={urlsTop - 8} class="drawing-account">
            function URLs
          </text>
        )}
        <g>
          {edges.map(({ edge, from, to }) => (
            <Edge
              key={`${edge.caller} ${edge.urlId}`}
              edge={edge}
              path={[columns.left, from.y, columns.right - 12, to.y]}
              label={labels.get(edge)}
              says={`${describeCaller(from.item)} and ${describeUrl(to.item)}: ${sayVerdict(edge, from.item)}`}
              isChosen={edge.caller === chosen.caller && edge.urlId === chosen.urlId}
              isBeside={isBeside(edge, chosen)}
              onChoose={onChoose}
            />
          ))}
        </g>
        {callers.map(({ item, y }) => (
          <foreignObject
            key={item.arn}
            x={0}
            y={y - rowHeight / 2}
            width={columns.left - 8}
            height={rowHeight}
          >
            <button
              type="button"
              class="drawing-node"
              aria-pressed={item.arn === chosen.caller}
              title={
                item.arn === '*'
                  ? 'Everybody, unsigned'
                  : item.type === 'account'
                    ? describeCaller(item)
                    : item.arn
              }
              onClick={() =>
                onChoose({
                  caller: item.arn === chosen.caller ? '' : item.arn,
                  urlId: chosen.urlId ?? '',
                })
              }
            >
              <span class="clip">{nameShortly(item)[0]}</span>
              <span class="muted">{nameShortly(item)[1]}</span>
            </button>
          </foreignObject>
        ))}
        {urls.map(({ item, y }) => (
          <foreignObject
            key={item.urlId}
            x={columns.right - 8}
            y={y - rowHeight / 2}
            width={width - columns.right + 8}
            height={rowHeight}
          >
            <button
              type="button"
              class="drawing-node url"
              aria-pressed={item.urlId === chosen.urlId}
              title={item.url}
              onClick={() =>
                onChoose({
                  caller: chosen.caller ?? '',
                  urlId: item.urlId === chosen.urlId ? '' : item.urlId,
                })
              }
            >
              <span class="clip">{describeUrl(item)}</span>
              <span class="muted">{item.authType === 'NONE' ? 'NONE' : ''}</span>
            </button>
          </foreignObject>
        ))}
      </svg>
      <figcaption class="drawing-legend muted">
        <span>
          <i class="line-sample granted" /> granted
        </span>
        <span>
          <i class="line-sample half" /> half: what is named is missing
        </span>
        <span>
          <i class="line-sample denied" /> denied by a statement
        </span>
        {(hidden > 0 || isAll) && (
          <button type="button" class="button quiet small" onClick={() => setAll(!isAll)}>
            {isAll ? 'Only callers with a grant' : `Show ${hidden} callers without any grant`}
          </button>
        )}
        {picture.leftOut !== undefined && (
          <span class="warn">
            {picture.leftOut.callers} callers and {picture.leftOut.urls} URLs were left out: there are too
            many.
          </span>
        )}
      </figcaption>
    </figure>
  )
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

interface PlacedEdge {
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
interface EdgeLabel {
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

/** Where the column of callers ends and that of URLs begins. */
function readColumns(width: number): { left: number; right: number } {
  const share = width < 560 ? 0.4 : 0.32
  return { left: Math.min(260, width * share), right: width - Math.min(220, width * (share - 0.06)) }
}

function sayVerdict(edge: AccessEdge, caller: Caller): string {
  if (edge.verdict === 'granted') return 'granted'
  return edge.verdict === 'half' ? `half-granted, ${listMissing(edge, caller).join(', ')}` : 'denied'
}

function isBeside(
  edge: AccessEdge,
  chosen: { caller: string | undefined; urlId: string | undefined },
): boolean {
  const { caller, urlId } = chosen
  if (caller === undefined && urlId === undefined) return false
  return (caller !== undefined && edge.caller !== caller) || (urlId !== undefined && edge.urlId !== urlId)
}

function Edge(props: {
  readonly edge: AccessEdge
  readonly path: readonly [x1: number, y1: number, x2: number, y2: number]
  readonly label: EdgeLabel | undefined
  readonly says: string
  readonly isChosen: boolean
  readonly isBeside: boolean
  readonly onChoose: (pair: AccessPair) => void
}): JSX.Element {
  const { edge, label, says, isChosen, onChoose } = props
  const [x1, y1, x2, y2] = props.path
  const middle = (x1 + x2) / 2
  const curve = `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
  const choose = (): void => onChoose({ caller: edge.caller, urlId: edge.urlId })
  return (
    <g
      class={`edge ${edge.verdict} ${isChosen ? 'chosen' : ''} ${props.isBeside ? 'beside' : ''}`}
      role="button"
      // In SVG the names of attributes keep their case.
      tabindex={0}
      aria-label={says}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        event.stopPropagation()
        choose()
      }}
    >
      <title>{says}</title>
      <path d={curve} class="edge-reach" />
      <path d={curve} class="edge-line" />
      {label !== undefined && (
        <text class="edge-label" text-anchor={label.anchor}>
          {label.says.map((text, at) => (
            <tspan key={text} x={label.x} y={label.y + at * labelHeight}>
              {text}
            </tspan>
          ))}
        </text>
      )}
    </g>
  )
}
