import { byId, colourOf, element, millis, number, say, setText } from './dom.js'

const NARROW = 560
const ROLES = { PRIMARY: 'primary', REPLICA: 'replica', EXCLUDED: 'left out', DRAINING: 'draining' }

let state = null
/** What the servers really are, which only the demo knows: by address. */
let conditions = new Map()
let spokenPrimary

export function showState(now) {
  state = now
  // Colours by name at first, so that they are the same after a reload
  state.instances.map((instance) => instance.name).sort().forEach(colourOf)
  draw()
}

export function showConditions(servers) {
  conditions = new Map(servers.map((server) => [server.address, server]))
  draw()
}

function draw() {
  if (!state) {
    return
  }
  const known = new Set(state.instances.map((instance) => instance.name))
  // The former master, once the file does not name it any more
  const strangers = [...conditions.values()].filter((server) => !known.has(server.address))
    .map((server) => ({ name: server.address, role: 'STRANGER', reason: `${server.role}, not in the file` }))
  const primaries = state.instances.filter((instance) => instance.role === 'PRIMARY')
  const others = state.instances.filter((instance) => instance.role !== 'PRIMARY')
    .concat(strangers).sort((one, other) => one.name.localeCompare(other.name))
  byId('primary').replaceChildren(...(primaries.length ? primaries.map(node) : [nobody()]))
  byId('others').replaceChildren(...others.map(node))
  showFile()
  showLine(primaries[0], others)
  link()
}

function nobody() {
  const made = element('li', '', 'node none')
  made.append(element('p', state.file ? 'no primary' : 'no relation', 'role'),
    element('p', state.file ? `${state.noPrimaryReason || 'none yet'}; writes wait for one`
      : 'Spring Boot’s own DataSource, one server for all', 'reason'))
  return made
}

function node(instance) {
  const made = element('li', '', `node ${instance.role.toLowerCase()}`)
  made.dataset.server = instance.name
  made.style.setProperty('--colour', `var(${colourOf(instance.name)})`)
  const condition = conditions.get(instance.name)
  const head = element('div', '', 'head')
  head.append(element('span', ROLES[instance.role] ?? 'outside', 'role'))
  if (condition && condition.state !== 'up') {
    head.append(element('span', condition.state, 'badge bad'))
  }
  if (instance.role === 'PRIMARY' && state.aheadOfFile) {
    head.append(element('span', 'ahead of the file', 'badge ahead'))
  }
  const name = element('p', '', 'address')
  name.append(element('b', instance.name))
  if (condition) {
    name.append(element('span', condition.name))
  }
  made.append(head, name)
  if (instance.reason) {
    const reason = element('p', instance.reason, 'reason')
    reason.title = instance.reason
    made.append(reason)
  }
  const facts = [
    instance.timeline && `timeline ${instance.timeline}`,
    instance.role !== 'PRIMARY' && instance.lag != null && `lag ${instance.lag ? millis(instance.lag) : 0} ms`,
    instance.waiting > 0 && `${instance.waiting} waiting`,
  ].filter(Boolean)
  if (facts.length) {
    made.append(element('p', facts.join(' · '), 'facts'))
  }
  if (instance.maximum > 0) {
    made.append(sessions(instance))
  }
  return made
}

/** One square for each connection that there may be. */
function sessions({ active, idle, maximum }) {
  const made = element('div', '', 'sessions')
  const squares = element('span', '', 'squares')
  squares.setAttribute('aria-hidden', 'true')
  for (let i = 0; i < maximum; i++) {
    squares.append(element('i', '', i < active ? 'active' : i < active + idle ? 'idle' : ''))
  }
  made.append(squares, element('span', `${active} in use, ${idle} idle of ${maximum}`, 'count'))
  return made
}

function showFile() {
  const file = state.file
  byId('file').hidden = !file
  if (file) {
    setText(byId('file-says'), file.master ? `master ${file.master}` : 'no master')
    byId('file').classList.toggle('behind', state.aheadOfFile)
    byId('file').classList.toggle('broken', Boolean(file.problem))
    setText(byId('file-state'), file.problem ? 'cannot be used as it is; what it said before is in force'
      : file.waitingFor ?? (file.readAt ? `read at ${new Date(file.readAt).toLocaleTimeString()}` : 'not read yet'))
    byId('file').title = [file.path, file.problem].filter(Boolean).join('\n')
  }
}

function showLine(primary, others) {
  const replicas = others.filter((other) => other.role === 'REPLICA')
  const version = state.file?.version ? `PostgreSQL ${state.file.version}. ` : ''
  setText(byId('cluster-line'), !state.file ? 'No relation: Spring Boot’s own DataSource applies.'
    : `${version}${primary ? `${primary.name} is the primary` : 'There is no primary'}, ${
      replicas.length === 0 ? 'no replica serves reads' : replicas.length === 1 ? 'one replica serves reads'
        : `${number(replicas.length)} replicas serve reads`}.`)
  const name = primary?.name ?? null
  if (name !== spokenPrimary && state.file) {
    say(name ? `${name} is the primary` : 'There is no primary; writes wait for one')
    spokenPrimary = name
  }
}

// ---- the links: WAL from the primary to its replicas, and from the file to what it calls the master

function link() {
  const picture = byId('picture')
  const frame = picture.getBoundingClientRect()
  const box = (target) => {
    const { left, top, width, height } = target.getBoundingClientRect()
    const x = left - frame.left
    const y = top - frame.top
    return { x, y, width, height, right: x + width, bottom: y + height, middle: x + width / 2, centre: y + height / 2 }
  }
  const narrow = frame.width < NARROW
  picture.classList.toggle('narrow', narrow)
  const paths = []
  const primary = picture.querySelector('.node.primary')
  if (primary) {
    const from = box(primary)
    for (const replica of picture.querySelectorAll('#others .node')) {
      if (replica.matches('.replica, .excluded')) {
        const to = box(replica)
        const path = narrow ? `M${from.x + 12} ${from.bottom} V${to.centre} H${to.x}`
          : `M${from.middle} ${from.bottom} C${from.middle} ${from.bottom + 40} ${to.middle} ${to.y - 40} ${to.middle} ${to.y}`
        paths.push([path, replica.matches('.replica') ? 'wal' : 'cut', primary.dataset.server])
      }
    }
  }
  const master = state.file?.master &&
    picture.querySelector(`.node[data-server="${CSS.escape(state.file.master)}"]`)
  if (master && !narrow) {
    const from = box(byId('file'))
    const to = box(master)
    paths.push([master.matches('.primary') ? `M${from.right} ${from.centre} H${to.x}`
      : `M${from.middle} ${from.bottom} C${from.middle} ${from.bottom + 30} ${to.middle} ${to.y - 40} ${to.middle} ${to.y}`,
    state.aheadOfFile ? 'names late' : 'names'])
  }
  byId('links').replaceChildren(...paths.map(([d, className, server]) => {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    path.setAttribute('d', d)
    path.setAttribute('class', className)
    if (server) {
      path.style.setProperty('--colour', `var(${colourOf(server)})`)
    }
    return path
  }))
}

new ResizeObserver(() => state && link()).observe(byId('picture'))
