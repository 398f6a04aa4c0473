import type { LogLine } from './collect'

/**
 * How the end of a run is told: what needs doing, and whatever happens while nobody looks, stays until it is read;
 * a success that the person sees coming passes by in the status bar.
 */
export function announcement(line: LogLine, focused: boolean): 'notification' | 'status' {
  return line.level !== 'info' || !focused ? 'notification' : 'status'
}
