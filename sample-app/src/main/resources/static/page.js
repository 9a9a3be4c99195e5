import { clearCharts, mark, showTraffic, startCharts } from './charts.js'
import { showConditions, showState } from './cluster.js'
import { showControls, showLoad, showTour } from './controls.js'
import { listen } from './feed.js'
import { keepNotes } from './notes.js'
import { clearTimeline, showEvent } from './timeline.js'

let primary = null

listen({
  restart() {
    clearCharts()
    clearTimeline()
  },
  state(state) {
    const now = state.instances.find(({ role }) => role === 'PRIMARY')?.name ?? null
    if (now !== primary && primary !== null && now) {
      mark(state.primarySince ?? Date.now(), now)
    }
    primary = now ?? primary
    showState(state)
    startCharts()
  },
  traffic: showTraffic,
  event: showEvent,
  demo(demo) {
    showConditions(demo.servers)
    showControls(demo)
  },
  load: showLoad,
  tour: showTour,
})

keepNotes()
