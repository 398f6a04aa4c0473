import type { ScriptFlag } from '../../../core/yolov5/release'

function flag(
  names: string,
  type: ScriptFlag['type'],
  rest: Partial<Pick<ScriptFlag, 'arity' | 'default' | 'choices'>> = {},
): ScriptFlag {
  const list = names.split(' ')
  const dest = (list[0] ?? '').replace(/^--/, '').replaceAll('-', '_')
  return { names: list, dest, arity: type === 'flag' ? 'none' : 'one', type, ...rest }
}

/** Flags of train.py (v7.0) that the built-in engine reads, for where there is no checkout to read them from. */
export const trainFlags: readonly ScriptFlag[] = [
  flag('--weights', 'string'),
  flag('--cfg', 'string'),
  flag('--data', 'string'),
  flag('--hyp', 'string'),
  flag('--epochs', 'int', { default: '100' }),
  flag('--batch-size', 'int', { default: '16' }),
  flag('--imgsz --img --img-size', 'int', { default: '640' }),
  flag('--rect', 'flag'),
  flag('--resume', 'string', { arity: 'optional' }),
  flag('--nosave', 'flag'),
  flag('--noval', 'flag'),
  flag('--noautoanchor', 'flag'),
  flag('--noplots', 'flag'),
  flag('--cache', 'string', { arity: 'optional' }),
  flag('--image-weights', 'flag'),
  flag('--device', 'string'),
  flag('--multi-scale', 'flag'),
  flag('--single-cls', 'flag'),
  flag('--optimizer', 'string', { choices: ['SGD', 'Adam', 'AdamW'], default: "'SGD'" }),
  flag('--workers', 'int', { default: '8' }),
  flag('--project', 'string', { default: "'runs/train'" }),
  flag('--name', 'string', { default: "'exp'" }),
  flag('--exist-ok', 'flag'),
  flag('--cos-lr', 'flag'),
  flag('--label-smoothing', 'float', { default: '0.0' }),
  flag('--patience', 'int', { default: '100' }),
  flag('--freeze', 'int', { arity: 'many', default: '[0]' }),
  flag('--save-period', 'int', { default: '-1' }),
  flag('--seed', 'int', { default: '0' }),
]

/** The same of val.py. */
export const valFlags: readonly ScriptFlag[] = [
  flag('--data', 'string'),
  flag('--weights', 'string', { arity: 'many' }),
  flag('--batch-size', 'int', { default: '32' }),
  flag('--imgsz --img --img-size', 'int', { default: '640' }),
  flag('--conf-thres', 'float', { default: '0.001' }),
  flag('--iou-thres', 'float', { default: '0.6' }),
  flag('--max-det', 'int', { default: '300' }),
  flag('--task', 'string', { default: "'val'" }),
  flag('--device', 'string'),
  flag('--workers', 'int', { default: '8' }),
  flag('--single-cls', 'flag'),
  flag('--verbose', 'flag'),
  flag('--save-txt', 'flag'),
  flag('--save-conf', 'flag'),
  flag('--save-json', 'flag'),
  flag('--project', 'string', { default: "'runs/val'" }),
  flag('--name', 'string', { default: "'exp'" }),
  flag('--exist-ok', 'flag'),
]

/** Those of detect.py that concern images. */
export const detectFlags: readonly ScriptFlag[] = [
  flag('--weights', 'string', { arity: 'many' }),
  flag('--source', 'string', { arity: 'many' }),
  flag('--imgsz --img --img-size', 'int', { arity: 'many', default: '640' }),
  flag('--conf-thres', 'float', { default: '0.25' }),
  flag('--iou-thres', 'float', { default: '0.45' }),
  flag('--max-det', 'int', { default: '1000' }),
  flag('--device', 'string'),
  flag('--save-txt', 'flag'),
  flag('--save-conf', 'flag'),
  flag('--nosave', 'flag'),
  flag('--classes', 'int', { arity: 'many' }),
  flag('--agnostic-nms', 'flag'),
  flag('--project', 'string', { default: "'runs/detect'" }),
  flag('--name', 'string', { default: "'exp'" }),
  flag('--exist-ok', 'flag'),
  flag('--line-thickness', 'int', { default: '0' }),
  flag('--hide-labels', 'flag'),
  flag('--hide-conf', 'flag'),
]
