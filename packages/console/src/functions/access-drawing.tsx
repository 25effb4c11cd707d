import type { AccessEdge, AccessPair, AccessPicture, Caller } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useWidth } from '../state/width.ts'
import { type EdgeLabel, labelHeight, layOutAccess, rowHeight } from './access-layout.ts'
import { describeCaller, describeUrl, listMissing, nameShortly } from './describe.ts'

/** With more callers than these, those without any grant are left out at first. */
const fewCallers = 16

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

  const { callers, accounts, urls, edges, labels, columns, urlsTop, height, isWide } = layOutAccess(
    picture,
    shown,
    width,
  )
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
