import { setTimeout as pause } from 'node:timers/promises';
import { KINDS } from '../../../src/kube/kinds.ts';
import type { Kind } from '../../../src/kube/port.ts';
import { WHOLE } from '../whole.ts';
import type { Case, Claim, Lab } from '../claim.ts';
import type { EventVerdict } from '../proxy/faults.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { Scenario } from '../scenarios.ts';
import { faulty } from './faulty.ts';

type EventFault = () => EventVerdict;

/**
 * What may happen to an event. A loss without any trace is not among them: an API server never skips an
 * event in silence, and its protocol gives clients no means to notice. What it does is to end the watch
 * or to let it expire, with whatever happened meanwhile lost.
 */
const EVENT_FAULTS: Record<string, EventFault> = {
  'comes twice': () => ({ do: 'duplicate' }),
  'comes two seconds late': () => ({ do: 'delay', until: pause(2_000) }),
  'is lost with its connection': () => ({ do: 'cut' }),
  'is lost, and its watch expires at once': () => ({ do: 'expire', until: Promise.resolve() }),
  'is lost with all that follow for a second, and then its watch expires': () => ({
    do: 'expire',
    until: pause(1_000),
  }),
};
const HALF_OPEN: EventFault = () => ({ do: 'silence' });
/** Of these four the operator has to know most. */
const LATE: readonly Kind[] = WHOLE
  ? Object.values(KINDS)
  : [KINDS.A2AServer, KINDS.ConfigMap, KINDS.Deployment, KINDS.Pod];
/** The operator may need this long to notice that a connection is dead. */
const HALF_OPEN_LIMIT_MS = 400_000;

const [create, ...others] = SCENARIOS;
const sampled = create === undefined || WHOLE ? SCENARIOS : [create];

export const WATCHES: readonly Claim[] = [
  ...Object.entries(EVENT_FAULTS).map(([name, fault]): Claim => ({
    title: `comes to the same end when an event ${name}, whichever it is`,
    async cases(lab) {
      const all = await Promise.all(
        sampled.map(async (scenario) => {
          const { events } = await lab.undisturbed(scenario);
          return places(events).map((place) => nthEvent(lab, scenario, fault, place));
        }),
      );
      return all.flat();
    },
  })),
  {
    title: 'comes to the same end when every event comes twice',
    cases: (lab) =>
      (WHOLE ? SCENARIOS : others).map((scenario) => always(lab, scenario, 'comes twice')),
  },
  {
    title: 'comes to the same end when every kind in turn is the last to tell what happened',
    cases: (lab) =>
      sampled.flatMap((scenario) => LATE.map(({ plural }) => lateKind(lab, scenario, plural))),
  },
  ...(WHOLE
    ? [
        {
          title: 'comes to the same end when a connection goes silent without ending',
          cases: (lab: Lab) =>
            SCENARIOS.flatMap((scenario) =>
              Object.values(KINDS).map(({ plural }) => halfOpen(lab, scenario, plural)),
            ),
        },
      ]
    : []),
];

function places(count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const sample = [Math.ceil(count / 2), count];
  return WHOLE ? all : all.filter((place) => sample.includes(place));
}

function nthEvent(lab: Lab, scenario: Scenario, fault: EventFault, place: number): Case {
  let events = 0;
  const event = (): EventVerdict => {
    events += 1;
    return events === place ? fault() : { do: 'pass' };
  };
  return faulty(lab, scenario, {
    name: `event ${place}`,
    faults: () => ({ event }),
  });
}

function always(lab: Lab, scenario: Scenario, name: keyof typeof EVENT_FAULTS): Case {
  const event = EVENT_FAULTS[name] ?? HALF_OPEN;
  return faulty(lab, scenario, { name: 'every event', faults: () => ({ event }) });
}

/** Events of one kind come when the operator has done all that it can without them. */
function lateKind(lab: Lab, scenario: Scenario, plural: string): Case {
  return faulty(lab, scenario, {
    name: plural,
    faults({ proxy }) {
      const until = pause(300).then(() => proxy.record.quiet(1_000, 30_000));
      // Whoever waits for it hears of it.
      until.catch(() => undefined);
      return {
        event: (_event, { resource }) =>
          resource === plural ? { do: 'delay', until } : { do: 'pass' },
      };
    },
  });
}

function halfOpen(lab: Lab, scenario: Scenario, plural: string): Case {
  const silenced = new Set<unknown>();
  return faulty(lab, scenario, {
    name: plural,
    faults: () => ({
      event(_event, watch) {
        if (watch.resource !== plural) return { do: 'pass' };
        // The connection that replaces it works.
        if (silenced.size > 0 && !silenced.has(watch)) return { do: 'pass' };
        silenced.add(watch);
        return HALF_OPEN();
      },
    }),
    limitMs: HALF_OPEN_LIMIT_MS,
  });
}
