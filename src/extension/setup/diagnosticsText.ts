import type { Detection } from '../../core/yolov5/release'

export type DiagnosticsParts = {
  readonly versions: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, unknown>>
  readonly detections: readonly Detection[]
  /** Lines of the program, as it printed them. */
  readonly doctor: readonly string[]
  readonly backends: readonly string[]
  readonly errors: readonly string[]
}

/** What a report of a problem needs, as Markdown; English, since its readers are not the person's neighbours. */
export function diagnosticsText(parts: DiagnosticsParts, home: string): string {
  const { versions, settings, detections, doctor, backends, errors } = parts
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Versions', pairs(versions)],
    ['Settings', pairs(settings)],
    ['YOLOv5', detections.length === 0 ? ['none found'] : detections.flatMap(detectionLines)],
    ['Environment', doctor],
    ['Backends of the built-in engine', backends],
    ['Last errors', errors.length === 0 ? ['none'] : errors],
  ]
  const text = sections.map(
    ([head, lines]) => `### ${head}\n\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n`,
  )
  return withoutHome(text.join('\n'), home)
}

function pairs(record: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(record).map(([key, value]) => `${key}: ${String(value)}`)
}

function detectionLines({
  root,
  release,
  confidence,
  evidence,
  capabilities,
}: Detection): string[] {
  const { trainFlags, evaluationFlags, modules, callbacks, ...rest } = capabilities
  return [
    `${release} (${confidence.toFixed(2)}) in ${root}`,
    ...evidence.map((sentence) => `  ${sentence}`),
    ...pairs(rest).map((line) => `  ${line}`),
    `  train flags: ${trainFlags.map(({ dest }) => dest).join(' ')}`,
    `  evaluation flags: ${evaluationFlags.map(({ dest }) => dest).join(' ')}`,
    `  callbacks: ${Object.keys(callbacks).join(' ')}; ${modules.length} modules`,
  ]
}

/** The home folder's path, however its separators are written, becomes `~`. */
export function withoutHome(text: string, home: string): string {
  if (home.length < 2) return text
  const forms = [home, home.replaceAll('\\', '/'), home.replaceAll('\\', '\\\\')]
  return [...new Set(forms)].reduce((all, form) => {
    const escaped = form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return all.replace(new RegExp(`${escaped}(?![\\w.-])`, 'gi'), '~')
  }, text)
}
