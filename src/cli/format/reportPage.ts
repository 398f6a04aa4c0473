import * as l10n from '@vscode/l10n'
import { formatBytes, formatCount, formatScore } from '../../runs/format/numbers'
import { spokenLanguage } from '../../runs/language'
import type { ReportData, ReportPageData, ReportStage, ReportWords } from '../../runs/reportData'

/**
 * One HTML page with everything in it: table, data and the script that draws the charts. It loads nothing.
 *
 * @param script the bundled drawing code
 */
export function reportPage(data: ReportData, script: string): string {
  const title = escapeHtml(data.title)
  return `<!doctype html>
<html lang="${spokenLanguage()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${table(data.stages)}
${sections(data.stages).join('\n')}
<script id="data" type="application/json">${embedded({ ...data, words: words() })}</script>
<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`
}

/** The charts that there is something to draw in. */
function sections(stages: readonly ReportStage[]): string[] {
  const heading = (text: string): string => `<h2>${escapeHtml(text)}</h2>`
  const chart = (id: string, kind = 'chart'): string =>
    `<div class="${kind}"><canvas id="${id}"></canvas></div>`
  return [
    ...(stages.some(({ epochs }) => epochs.length > 0)
      ? [heading(l10n.t('Accuracy')), chart('scores')]
      : []),
    ...(stages.some(({ stage, gammas }) => stage === 'sparse' && gammas.length > 0)
      ? [
          heading(l10n.t('BatchNorm gammas')),
          `<div class="pair">${chart('near-zero')}${chart('histogram')}</div>`,
        ]
      : []),
    ...(stages.some(({ layers }) => layers)
      ? [heading(l10n.t('Channels by layer')), chart('layers', 'chart tall')]
      : []),
  ]
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .8rem; text-align: right; border-bottom: 1px solid color-mix(in srgb, currentcolor 20%, transparent); }
th:first-child, td:first-child { text-align: left; }
.chart { position: relative; height: 20rem; } .tall { height: 24rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; }
`

function table(stages: readonly ReportStage[]): string {
  const heads = [
    l10n.t('stage'),
    'mAP50',
    'mAP50_95',
    l10n.t('channels'),
    l10n.t('parameters'),
    l10n.t('size'),
    l10n.t('time'),
  ]
  const rows = stages.map(({ name, mAP50, mAP50_95, model, seconds }) => [
    name,
    formatScore(mAP50),
    formatScore(mAP50_95),
    model ? `${model.channels}` : '',
    model ? formatCount(model.parameters) : '',
    model ? formatBytes(model.bytes) : '',
    seconds === null ? '' : l10n.t('{0} s', seconds.toFixed(0)),
  ])
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  return `<table>${row(heads, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`
}

function words(): ReportWords {
  return {
    baseline: l10n.t('baseline'),
    epoch: l10n.t('epoch'),
    channels: l10n.t('channels'),
    nearZero: l10n.t('channels with |gamma| < 0.01, %'),
    afterFirst: l10n.t('after the first epoch'),
    afterLast: l10n.t('after the last epoch'),
    kept: l10n.t('kept'),
    removed: l10n.t('removed'),
  }
}

/** JSON that can not end its script element. */
function embedded(data: ReportPageData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
