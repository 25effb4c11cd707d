import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { themeChanges } from '../state/theme.ts'
import { useWidth } from '../state/width.ts'

/** A line or a row of bars; its colour is a token of `tokens.css`. */
export interface ChartSeries {
  readonly label: string
  readonly colour: 'accent' | 'muted' | 'bad' | 'passed' | 'warn'
  readonly values: readonly (number | null)[]
  readonly form?: 'line' | 'dashed' | 'dotted' | 'area' | 'bars'
}

const dashes: Readonly<Partial<Record<NonNullable<ChartSeries['form']>, number[]>>> = {
  dashed: [6, 3],
  dotted: [2, 3],
}

const pointSizes: Readonly<Partial<Record<NonNullable<ChartSeries['form']>, number>>> = {
  dashed: 5,
  dotted: 3,
}

/** Some series over time. */
export function Chart(props: {
  /** What it shows, for those who hear the page. */
  readonly label: string
  readonly time: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly format: (value: number) => string
  /** Whether values are whole numbers, and the axis should be so, too. */
  readonly isCount?: boolean
  readonly height: number
  /** Without axes and legend, for small rows. */
  readonly isBare?: boolean
}): JSX.Element {
  const { label, time, series, format, height, isBare = false, isCount = false } = props
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const width = useWidth(box)
  const shape = series.map(({ label, colour, form }) => `${label} ${colour} ${form ?? ''}`).join()

  useEffect(() => {
    const element = box.current
    if (element === null || width === 0) return undefined
    const made = new uPlot(
      createOptions({ series, format, height, isBare, isCount, width, paint: readColour }),
      toData(time, series),
      element,
    )
    chart.current = made
    return () => {
      made.destroy()
      chart.current = undefined
    }
  }, [shape, width === 0, height, isBare, themeChanges.value])

  useLayoutEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height })
  }, [width, height])

  useLayoutEffect(() => {
    const made = chart.current
    made?.setData(toData(time, series))
    // Without a pointer on it the legend tells the newest second.
    if (made !== undefined && (made.cursor.left ?? -1) < 0 && !isBare)
      made.setLegend({ idx: time.length - 1 })
  })

  return <div ref={box} class={isBare ? 'chart bare' : 'chart'} role="img" aria-label={label} />
}

function toData(time: readonly number[], series: readonly ChartSeries[]): uPlot.AlignedData {
  return [time as number[], ...series.map(({ values }) => values as (number | null)[])]
}

/** Steps of an axis of counts. */
const wholeSteps = Array.from({ length: 24 }, (_, at) => ([1, 2, 5][at % 3] ?? 1) * 10 ** Math.floor(at / 3))

/** Canvas knows no tokens: the colour as it is now. */
function readColour(token: string): string {
  const probe = document.createElement('i')
  probe.className = `colour-probe ${token}`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** Places of values that have none before and none behind them. */
const findSingle: uPlot.Series.Points.Filter = (chart, series) => {
  const values = Array.from(chart.data[series] ?? [])
  const isNone = (at: number): boolean => (values[at] ?? null) === null
  return values.flatMap((_, at) => (!isNone(at) && isNone(at - 1) && isNone(at + 1) ? [at] : []))
}

function createOptions(how: {
  readonly series: readonly ChartSeries[]
  readonly format: (value: number) => string
  readonly height: number
  readonly width: number
  readonly isBare: boolean
  readonly isCount: boolean
  readonly paint: (token: string) => string
}): uPlot.Options {
  const { series, format, height, width, isBare, isCount, paint } = how
  const axis: uPlot.Axis = {
    stroke: paint('muted'),
    grid: { stroke: paint('line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  }
  const bars = uPlot.paths.bars?.({ size: [0.8, 24], align: 1 })
  return {
    width,
    height,
    legend: {
      show: !isBare,
      // As the line is.
      markers: {
        width: 2,
        stroke: (_chart, at) => paint(series[at - 1]?.colour ?? 'muted'),
        dash: (_chart, at) => {
          const form = series[at - 1]?.form
          return form === 'dashed' || form === 'dotted' ? form : 'solid'
        },
      },
    },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    ...(isBare ? { padding: [2, 0, 2, 0] as uPlot.Padding } : { padding: [8, 24, 0, 0] as uPlot.Padding }),
    scales: {
      x: { time: true },
      y: { range: (_chart, _from, to) => [0, Math.max(1, (Number.isFinite(to) ? to : 0) * 1.08)] },
    },
    axes: isBare
      ? [{ show: false }, { show: false }]
      : [
          { ...axis, grid: { show: false }, size: 26, values: '{HH}:{mm}:{ss}', space: 72 },
          {
            ...axis,
            size: 56,
            space: 28,
            values: (_chart, values) => values.map(format),
            ...(isCount ? { incrs: wholeSteps } : {}),
          },
        ],
    series: [
      { label: 'Time', value: '{HH}:{mm}:{ss}' },
      ...series.map(({ label, colour, form = 'line' }): uPlot.Series => {
        const stroke = paint(colour)
        const dash = dashes[form]
        return {
          label,
          stroke,
          width: form === 'bars' ? 0 : 1.5,
          // A second with neighbours is a line; one by itself would not be seen without a point, in which others show.
          points: {
            show: form !== 'bars',
            size: pointSizes[form] ?? 7,
            width: 0,
            fill: stroke,
            filter: findSingle,
          },
          value: (_chart, value) => (value === null ? '—' : format(value)),
          ...(dash === undefined ? {} : { dash }),
          ...(form === 'bars' ? { fill: stroke, ...(bars === undefined ? {} : { paths: bars }) } : {}),
          ...(form === 'area' ? { fill: paint('area') } : {}),
        }
      }),
    ],
  }
}
