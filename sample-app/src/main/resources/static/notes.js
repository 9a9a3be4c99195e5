const byId = (id) => document.getElementById(id)

/** An element with text: text is never read as markup. */
function element(name, text, className = '') {
  const made = document.createElement(name)
  made.textContent = text
  made.className = className
  return made
}

function setText(target, text) {
  // Only a change is announced by a screen reader
  if (target.textContent !== text) {
    target.textContent = text
  }
}

async function request(url, options = {}) {
  const response = await fetch(url, { cache: 'no-store', ...options })
  const body = await response.json().catch(() => null)
  if (!response.ok) {
    throw new Error(body?.detail ?? `The service answered ${response.status}.`)
  }
  return { body, servedBy: response.headers.get('X-Served-By') }
}

const read = (url) => request(url, { signal: AbortSignal.timeout(5000) })

function explain(error) {
  switch (error.name) {
    case 'TypeError': return 'The service cannot be reached. Trying again …'
    case 'TimeoutError': return 'The service takes long to answer. Trying again …'
    default: return error.message
  }
}

// ---- notes

/** Notes that were stored and are not on the replica yet that we read from. */
const fresh = new Map()

function noteItem(note) {
  const item = document.createElement('li')
  const time = element('time', new Date(note.createdAt).toLocaleTimeString())
  time.dateTime = note.createdAt
  time.title = `note ${note.id}, ${note.createdAt}`
  item.append(element('span', note.text), time)
  return item
}

async function showNotes() {
  const [{ body: notes, servedBy }, { body: { count } }] =
    await Promise.all([read('api/notes?limit=20'), read('api/notes/count')])
  notes.forEach((note) => fresh.delete(note.id))
  byId('notes').replaceChildren(...[...fresh.values()].reverse().concat(notes).map(noteItem))
  setText(byId('count'), count === 1 ? '1 stored' : `${count} stored`)
  setText(byId('last-read'), servedBy ?? 'unknown')
}

byId('add').addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const status = byId('form-status')
  const button = form.querySelector('button')
  const started = performance.now()
  button.disabled = true
  setText(status, 'Storing …')
  try {
    const { body: note, servedBy } = await request('api/notes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text: form.text.value }),
    })
    fresh.set(note.id, note)
    form.reset()
    setText(status, `Stored by ${servedBy} in ${Math.round(performance.now() - started)} ms.`)
    setText(byId('last-write'), servedBy)
    await showNotes().catch(() => {})
  } catch (error) {
    setText(status, explain(error))
  } finally {
    button.disabled = false
    form.text.focus()
  }
})

// ---- servers and relation

function serverItem(role, pool) {
  const item = element('li', '', role)
  item.append(
    element('span', role, 'role'),
    element('span', pool.server, 'address'),
    element('span', `${pool.active} of ${pool.maximum} in use, ${pool.idle} idle, ${pool.waiting} waiting`, 'pool'),
  )
  return item
}

function noPrimary() {
  const item = element('li', '', 'draining')
  item.append(element('span', 'primary', 'role'), element('span', 'none, writes wait for one', 'address'))
  return item
}

function fact(name, value) {
  const row = document.createElement('div')
  row.append(element('dt', name), element('dd', value))
  return row
}

const list = (values) => values?.join(', ') || 'none'

function showServers({ primary, replicas, draining }) {
  // For those who cannot see the list: one sentence, spoken when it changes
  byId('roles').classList.add('unseen')
  setText(byId('roles'), `Primary: ${primary?.server ?? 'none'}. ` +
    `Replicas: ${list(replicas.map((pool) => pool.server))}.`)
  byId('servers').replaceChildren(
    primary ? serverItem('primary', primary) : noPrimary(),
    ...replicas.map((pool) => serverItem('replica', pool)),
    ...draining.map((pool) => serverItem('draining', pool)),
  )
}

function showRelation({ relation, problem }) {
  byId('problem').hidden = !problem
  setText(byId('problem'), problem ? `${problem.message} (${new Date(problem.at).toLocaleTimeString()})` : '')
  byId('relation').replaceChildren(...(relation ? [
    fact('File', relation.file),
    fact('Database', relation.database ?? 'not said'),
    fact('PostgreSQL', relation.version ?? 'not said'),
    fact('Master', relation.master ?? 'none'),
    fact('Standbys', list(relation.standbys)),
    fact('Read at', new Date(relation.readAt).toLocaleTimeString()),
  ] : [fact('File', 'not read yet')]))
}

function showNoRelation() {
  byId('roles').classList.remove('unseen')
  setText(byId('roles'), 'No relation: Spring Boot’s own DataSource, one server for all.')
  byId('servers').replaceChildren()
  byId('relation').replaceChildren(fact('File', 'none (juju.pgsql.relation-file is not set)'))
}

async function showState() {
  // The list of endpoints is always there; asking for one that is not would fill the console with errors
  const { body: { _links: links } } = await read('actuator')
  if (!links.pgsql) {
    return showNoRelation()
  }
  const { body: state } = await read('actuator/pgsql')
  showServers(state)
  showRelation(state)
}

// ---- demo

async function demo({ path, label }) {
  const started = performance.now()
  const buttons = byId('demo-actions').querySelectorAll('button')
  buttons.forEach((button) => button.disabled = true)
  setText(byId('demo-status'), `${label} …`)
  try {
    const { body } = await request(path, { method: 'POST' })
    setText(byId('demo-status'), `${body.message} (${Math.round(performance.now() - started)} ms)`)
  } catch (error) {
    setText(byId('demo-status'), explain(error))
  } finally {
    buttons.forEach((button) => button.disabled = false)
  }
}

async function showDemo() {
  const { body: info } = await read('actuator/info')
  byId('demo').hidden = !info.demo
  byId('demo-actions').replaceChildren(...(info.demo ?? []).map((action) => {
    const button = element('button', action.label)
    button.addEventListener('click', () => demo(action))
    return button
  }))
}

// ---- each second

async function tick() {
  if (!document.hidden) {
    const results = await Promise.allSettled([showState(), showNotes()])
    const failed = results.find((result) => result.status === 'rejected')
    byId('alert').hidden = !failed
    setText(byId('alert'), failed ? explain(failed.reason) : '')
  }
  setTimeout(tick, 1000)
}

showDemo().catch(() => {})
tick()
