import type { LogLine } from './collect'

export const notificationChoices = ['all', 'problems', 'none'] as const
export type Notifications = (typeof notificationChoices)[number]

/**
 * How the end of a run is told: what needs doing, and whatever happens while nobody looks, stays until it is read;
 * a success that the person sees coming passes by in the status bar. The setting may leave out successes, or all.
 */
export function announcement(
  line: LogLine,
  focused: boolean,
  wanted: Notifications = 'all',
): 'notification' | 'status' {
  if (wanted === 'none' || (wanted === 'problems' && line.level === 'info')) return 'status'
  return line.level !== 'info' || !focused ? 'notification' : 'status'
}
