import uPlot from './webjars/uplot/dist/uPlot.esm.js'
import { byId, colourOf, element, millis, number, resolve, setText } from './dom.js'

const WINDOW = 120
const HEIGHT = 170
/** How often those who listen to the page are given other words for a chart. */
const REWORD = 5000

const LATENCIES = [
  { label: 'write, p99', variable: '--latency-write', value: (sample) => sample.writes?.p99, width: 2 },
  { label: 'write, median', variable: '--latency-write', value: (sample) => sample.writes?.median, width: 1, dash: [4, 4] },
  { label: 'read, p99', variable: '--latency-read', value: (sample) => sample.reads?.p99, width: 2 },
  { label: 'read, median', variable: '--latency-read', value: (sample) => sample.reads?.median, width: 1, dash: [4, 4] },
]

const RATES = { range: (_, min, max) => [0, Math.max(5, max * 1.15 || 5)] }
const LOGARITHMIC = { distr: 3, range: (_, min, max) => [Math.min(1, min || 1), Math.max(100, (max || 1) * 1.5)] }

let samples = []
/** When the primary changed, to be marked in every chart. */
let marks = []

const charts = [
  chart('writes-figure', () => byServer('writes'), RATES, (value) => number(Math.round(value))),
  chart('reads-figure', () => byServer('reads'), RATES, (value) => number(Math.round(value))),
  chart('latency-figure', () => LATENCIES, LOGARITHMIC, millis),
]

/** Colours are given in the order of the picture, which may be told after what went before. */
let ready = false

export function startCharts() {
  if (!ready) {
    ready = true
    charts.forEach((each) => each.draw())
  }
}

export function clearCharts() {
  samples = []
  marks = []
}

export function mark(at, server) {
  marks.push({ at: at / 1000, server })
}

export function showTraffic(sample) {
  samples.push(sample)
  samples = samples.filter(({ at }) => at > sample.at - WINDOW * 1000)
  marks = marks.filter(({ at }) => at > sample.at / 1000 - WINDOW)
  showFigures(sample)
  if (ready && !document.hidden) {
    charts.forEach((each) => each.draw())
  }
}

function showFigures({ requests, failed, servers, writes, reads }) {
  const sum = (kind) => Object.values(servers).reduce((total, server) => total + server[kind], 0)
  setText(byId('failed'), number(failed))
  setText(byId('requests'), `of ${number(requests)}`)
  byId('failed-tile').classList.toggle('bad', failed > 0)
  setText(byId('writes'), number(Math.round(sum('writes'))))
  setText(byId('reads'), number(Math.round(sum('reads'))))
  setText(byId('writes-latency'), writes ? `median ${millis(writes.median)} ms, p99 ${millis(writes.p99)} ms` : '')
  setText(byId('reads-latency'), reads ? `median ${millis(reads.median)} ms, p99 ${millis(reads.p99)} ms` : '')
}

function byServer(kind) {
  const servers = new Set(samples.flatMap(({ servers }) => Object.keys(servers).filter((name) => servers[name][kind] > 0)))
  return [...servers].sort().map((server) => ({
    label: server, variable: colourOf(server), width: 0, fill: true, value: (sample) => sample.servers[server]?.[kind] ?? 0,
  }))
}

/** What is filled lies on what comes before it. */
function values(lines) {
  const below = samples.map(() => 0)
  return lines.map(({ value, fill }) => samples.map((sample, i) => {
    const own = value(sample) ?? null
    return fill ? below[i] += own : own
  }))
}

function chart(id, series, scale, format) {
  const figure = byId(id)
  const place = figure.querySelector('.chart')
  const title = figure.querySelector('h2').textContent
  let plot
  let shown = ''
  let reworded = 0

  function make(lines) {
    plot?.destroy()
    const axis = { stroke: resolve('--faint'), grid: { stroke: resolve('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' }
    plot = new uPlot({
      bands: lines.slice(1).flatMap(({ fill }, i) => fill ? [{ series: [i + 2, i + 1] }] : []),
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: { y: scale },
      axes: [{ ...axis, space: 80, size: 26, values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toLocaleTimeString('en-GB')) }, { ...axis, size: 44, grid: { ...axis.grid, ...(scale.distr ? { filter: decades } : {}) }, values: (_, ticks) => ticks.map((tick) => tick == null ? '' : number(tick)) }],
      series: [{}, ...lines.map(({ label, variable, width, dash, fill }) => {
        const stroke = resolve(variable)
        return { label, stroke, width, dash, fill: fill ? stroke.replace('rgb(', 'rgba(').replace(')', ', .65)') : undefined, points: { show: false }, spanGaps: true }
      })],
      hooks: { drawAxes: [drawMarks] },
    }, [[], ...lines.map(() => [])], place)
  }

  function draw() {
    const lines = series()
    const key = lines.map(({ label }) => label).join()
    if (!plot || key !== shown) {
      shown = key
      make(lines)
    }
    const now = samples.at(-1)?.at / 1000 || Date.now() / 1000
    plot.setData([samples.map(({ at }) => at / 1000), ...values(lines)], false)
    plot.setScale('x', { min: now - WINDOW, max: now })
    describe(lines)
  }

  function describe(lines) {
    const present = samples.at(-1)
    const told = lines.map((line) => ({ ...line, now: present && line.value(present) }))
    figure.querySelector('.legend').replaceChildren(...told.map(({ label, variable, dash, now }) => {
      const item = element('li', `${label} `, dash ? 'dashed' : '')
      item.style.setProperty('--colour', `var(${variable})`)
      item.append(element('b', now == null ? '–' : format(now)))
      return item
    }))
    if (Date.now() - reworded > REWORD) {
      reworded = Date.now()
      place.setAttribute('aria-label', `${title}: ${told.length === 0 ? 'nothing yet'
        : told.map(({ label, now }) => `${label} ${now == null ? 'none' : format(now)}`).join(', ')}`)
    }
  }

  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { shown = null })
  return { draw }
}

const decades = (_, splits) => splits.map((split) => Number.isInteger(Math.log10(split)) ? split : null)

/** A line wherever another server became the primary. */
function drawMarks(plot) {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
  for (const { at, server } of marks) {
    const x = plot.valToPos(at, 'x', true)
    if (x >= bbox.left && x <= bbox.left + bbox.width) {
      ctx.strokeStyle = resolve(server ? colourOf(server) : '--faint')
      ctx.beginPath()
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
    }
  }
  ctx.restore()
}
