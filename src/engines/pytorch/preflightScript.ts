/**
 * What the preflight runs in the interpreter, as `python -c`. Reads `[marker, modules, depth]` from argv, prints
 * one line `<marker><json>`; all else on stdout is noise of other people's packages. Written for every Python
 * from 2.7 on, so that an old one says so instead of failing on syntax. Imports nothing beyond the standard library
 * at depth `packages`; at `devices` it imports torch, torchvision and cv2, whose libraries may be broken.
 */
export const preflightScript = `
import sys
sys.path[:] = [p for p in sys.path if p != '']
import json, os, traceback
marker, modules, depth = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
out = {'version': '.'.join(str(v) for v in sys.version_info[:3]), 'executable': sys.executable}

def send():
    sys.stdout.write('\\n' + marker + json.dumps(out) + '\\n')
    sys.stdout.flush()

if sys.version_info < (3, 7):
    send()
    sys.exit(0)

import importlib.util, sysconfig
from importlib import import_module
try:
    import importlib.metadata as metadata
except ImportError:
    metadata = None

def spec(name):
    try:
        return importlib.util.find_spec(name)
    except Exception:
        return None

def version(names):
    for name in names:
        try:
            return metadata.version(name)
        except Exception:
            pass
    return 'unknown'

found = {}
for module, names in modules.items():
    s = spec(module)
    found[module] = version(names) if s is not None and (s.origin or s.submodule_search_locations) else None
out['packages'] = found
out['externallyManaged'] = sys.prefix == getattr(sys, 'base_prefix', sys.prefix) and os.path.exists(
    os.path.join(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED'))
out['problems'] = {}

# torch/version.py says what the build is for, without the seconds that importing torch takes.
s = spec('torch')
if s is not None and s.origin:
    names = {}
    try:
        with open(os.path.join(os.path.dirname(s.origin), 'version.py')) as f:
            exec(f.read(), names)
    except Exception:
        pass
    v = names.get('__version__') or found.get('torch')
    out['torch'] = {'version': str(v), 'cuda': names.get('cuda'), 'rocm': names.get('hip')}

if depth == 'devices':
    loaded = {}
    for name in ('torch', 'torchvision', 'cv2'):
        if spec(name) is None:
            continue
        try:
            loaded[name] = import_module(name)
            found[name] = str(getattr(loaded[name], '__version__', found.get(name)))
        except BaseException as e:
            out['problems'][name] = traceback.format_exception_only(type(e), e)[-1].strip()
    torch = loaded.get('torch')
    if torch is not None:
        devices = []
        info = out.setdefault('torch', {})
        info['version'] = str(torch.__version__)
        info['cuda'] = torch.version.cuda
        try:
            for i in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
                p = torch.cuda.get_device_properties(i)
                d = {'index': i, 'name': p.name, 'totalBytes': p.total_memory, 'freeBytes': None}
                try:
                    d['freeBytes'] = torch.cuda.mem_get_info(i)[0]
                except Exception:
                    pass
                devices.append(d)
        except Exception as e:
            out['problems']['cuda'] = traceback.format_exception_only(type(e), e)[-1].strip()
        out['devices'] = devices
        mps = getattr(torch.backends, 'mps', None)
        out['mps'] = bool(mps is not None and mps.is_available())
        out['threads'] = torch.get_num_threads()
        out['distributed'] = bool(torch.distributed.is_available())
send()
`
