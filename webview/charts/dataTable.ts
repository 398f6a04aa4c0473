import { element } from '../common/element'
import type { ChartTable } from './series'

/** Rows of a table that are made at once; a keyboard scrolls through these, the CSV has all. */
const most = 2000

/** The numbers behind a chart, as a table for keyboards and screen readers. */
export function dataTable(caption: string, numbers: ChartTable): HTMLElement {
  return element(
    'div',
    { class: 'data', tabindex: 0, role: 'region', 'aria-label': caption },
    tableElement(caption, numbers),
  )
}

/** Puts other numbers into a table that `dataTable` made, which stays focused and scrolled as it is. */
export function refillTable(data: HTMLElement, caption: string, numbers: ChartTable): void {
  data.replaceChildren(tableElement(caption, numbers))
}

function tableElement(caption: string, { heads, rows }: ChartTable): HTMLElement {
  const cell = (value: string | number | null): HTMLElement =>
    element('td', typeof value === 'number' ? { class: 'number' } : {}, cellText(value))
  const body = rows
    .slice(0, most)
    .map(([first, ...rest]) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, cellText(first ?? null)),
        ...rest.map(cell),
      ),
    )
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element(
      'thead',
      {},
      element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head))),
    ),
    element('tbody', {}, ...body),
  )
}

function cellText(value: string | number | null): string {
  if (value === null) return '–'
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
}
