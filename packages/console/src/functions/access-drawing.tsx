import type { AccessEdge, AccessPair, AccessPicture, Caller, UrlSummary } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useWidth } from '../state/width.ts'
import { describeCaller, describeUrl } from './describe.ts'

/** Measures of the drawing in CSS pixels. */
const rowHeight = 26
const accountHeight = 24
const padding = 6

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
  // Names of lines need room between the columns; without it a line says it when it is chosen.
  const isWide = width >= 560
  const [isAll, setAll] = useState(false)
  const granted = new Set(picture.edges.map(({ caller }) => caller))
  const isFew = picture.callers.length <= fewCallers
  const shown = picture.callers.filter(
    ({ arn }) => isAll || isFew || granted.has(arn) || arn === chosen.caller,
  )
  const hidden = picture.callers.length - shown.length

  const { callers, accounts, height: callersHeight } = placeCallers(shown)
  const urlsHeight = picture.urls.length * rowHeight
  const height = Math.max(callersHeight, urlsHeight + accountHeight) + padding
  const urlsTop = Math.max(accountHeight, (height - urlsHeight) / 2)
  const urls = sortUrls(picture.urls).map((item, at) => ({
    item,
    y: urlsTop + at * rowHeight + rowHeight / 2,
  }))
  const columns = readColumns(width)
  const caption = `${picture.callers.length} callers, ${picture.urls.length} function URLs, ${picture.edges.length} grants`
  return (
    <figure ref={box} class="drawing">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={caption}>
        {accounts.map(({ item, y }) => (
          <text key={item} x={columns.left - 18} y={y} class="drawing-account" text-anchor="end">
            {item === '' ? 'no account' : `account ${item}`}
          </text>
        ))}
        {isWide && (
          <text x={columns.right} y={urlsTop - 8} class="drawing-account">
            function URLs
          </text>
        )}
        <g>
          {nameGroups(placeEdges(picture.edges, callers, urls)).map(({ edge, from, to, label }) => (
            <Edge
              key={`${edge.caller} ${edge.urlId}`}
              edge={edge}
              path={[columns.left, from.y, columns.right - 12, to.y]}
              label={isWide ? label : undefined}
              says={`${describeCaller(from.item)} and ${describeUrl(to.item)}: ${sayVerdict(edge)}`}
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
              title={item.arn === '*' ? 'Everybody, unsigned' : item.arn}
              onClick={() =>
                onChoose({
                  caller: item.arn === chosen.caller ? '' : item.arn,
                  urlId: chosen.urlId ?? '',
                })
              }
            >
              <span class="clip">{item.type === 'anonymous' ? 'everybody' : item.name}</span>
              <span class="muted">{item.type === 'anonymous' ? '' : item.type}</span>
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
          <i class="line-sample half" /> half: {isWide ? 'the named permission' : 'one permission'} is missing
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

function placeCallers(callers: readonly Caller[]): {
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
      accounts.push({ item: account, y: y + accountHeight - 8 })
      y += accountHeight
    }
    placed.push({ item, y: y + rowHeight / 2 })
    y += rowHeight
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

/** What a line is named, and whether above or below its beginning. */
interface EdgeLabel {
  readonly text: string
  readonly dy: number
}

/** Names of half-granted lines: near the caller, where the lines that want the same permission are still one, it stands once. */
function nameGroups(
  edges: readonly PlacedEdge[],
): readonly (PlacedEdge & { readonly label: EdgeLabel | undefined })[] {
  const nameOf = ({ verdict, missing }: AccessEdge): string =>
    verdict === 'half' ? `no ${nameActions(missing)}` : ''
  const above = -4
  const below = 13
  const labels = new Map<PlacedEdge, EdgeLabel>()
  for (const ofCaller of Map.groupBy(edges, ({ edge }) => edge.caller).values()) {
    const groups = Map.groupBy(ofCaller, ({ edge }) => nameOf(edge))
    groups.delete('')
    // The lines that go up must not go through the name.
    const places = [...groups.values()].flat().every(({ from, to }) => to.y < from.y)
      ? [below, above]
      : [above, below]
    for (const [at, [name, group]] of [...groups].entries()) {
      const text = group.length === 1 ? name : `${name} ×${group.length}`
      if (group[0] !== undefined) labels.set(group[0], { text, dy: places[at % 2] ?? above })
    }
  }
  return edges.map((edge) => ({ ...edge, label: labels.get(edge) }))
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

function sayVerdict({ verdict, missing }: AccessEdge): string {
  if (verdict === 'granted') return 'granted'
  return verdict === 'half' ? `half-granted, no ${nameActions(missing)}` : 'denied'
}

/** All of them are Lambda's. */
const nameActions = (actions: readonly string[]): string =>
  actions.map((action) => action.replace('lambda:', '')).join(', ')

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
        <text x={x1 + 16} y={y1 + label.dy} class="edge-label">
          {label.text}
        </text>
      )}
    </g>
  )
}
