import type { Theme } from '../charts/theme'

/** A report opens in any browser: colours of its own, on the background that the reader prefers. */
export function reportTheme(dark: boolean): Theme {
  const foreground = dark ? '#c8c8c8' : '#444444'
  return {
    ...{ contrast: false, dark, foreground, muted: foreground },
    background: dark ? '#1e1e1e' : '#ffffff',
    grid: dark ? '#3a3a3a' : '#e2e2e2',
    ...{ accent: '#2e9e6b', warning: '#d9822b', error: '#c0392b' },
    series: ['#2f6fde', '#d9822b', '#2e9e6b', '#a33ea1', '#7a7a7a'],
    font: 'system-ui, sans-serif',
  }
}
