import type { AccessEdge, AccessPair, AccessPicture, Caller } from '@furlong/local/console'
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
  const urls = picture.urls.map((item, at) => ({ item, y: urlsTop + at * rowHeight + rowHeight / 2 }))
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
        {width >= 560 && (
          <text x={columns.right} y={urlsTop - 8} class="drawing-account">
            function URLs
          </text>
        )}
        <g>
          {sortForDrawing(picture.edges).map((edge) => {
            const from = callers.find(({ item }) => item.arn === edge.caller)
            const to = urls.find(({ item }) => item.urlId === edge.urlId)
            if (from === undefined || to === undefined) return undefined
            return (
              <Edge
                key={`${edge.caller} ${edge.urlId}`}
                edge={edge}
                path={[columns.left, from.y, columns.right - 12, to.y]}
                says={`${describeCaller(from.item)} and ${describeUrl(to.item)}: ${sayVerdict(edge)}`}
                isChosen={edge.caller === chosen.caller && edge.urlId === chosen.urlId}
                isBeside={isBeside(edge, chosen)}
                onChoose={onChoose}
              />
            )
          })}
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
              onClick={() => onChoose({ caller: item.arn, urlId: chosen.urlId ?? '' })}
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
              onClick={() => onChoose({ caller: chosen.caller ?? '', urlId: item.urlId })}
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
          <i class="line-sample half" /> half: the named permission is missing
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

function sortForDrawing(edges: readonly AccessEdge[]): readonly AccessEdge[] {
  return edges.toSorted((one, other) => layers.indexOf(one.verdict) - layers.indexOf(other.verdict))
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
  readonly says: string
  readonly isChosen: boolean
  readonly isBeside: boolean
  readonly onChoose: (pair: AccessPair) => void
}): JSX.Element {
  const { edge, says, isChosen, onChoose } = props
  const [x1, y1, x2, y2] = props.path
  const middle = (x1 + x2) / 2
  const curve = `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
  const choose = (): void => onChoose({ caller: edge.caller, urlId: edge.urlId })
  const missing = edge.verdict === 'half' ? nameActions(edge.missing) : ''
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
      {missing !== '' && (
        // Near the caller: there no two lines meet.
        <text x={x1 + 16} y={y1 - 4 + (y2 - y1) * 0.03} class="edge-label">
          no {missing}
        </text>
      )}
    </g>
  )
}
