// What anywidget loads, once per widget model: a link to Python, and views of it.
import { Link, type Model } from "./bridge/link.ts";
import { showPlayer } from "./player/view.ts";
import { showTimeline } from "./timeline/view.ts";

interface Context {
  readonly model: Model;
}

/** Start something that ends with a signal; returns what ends it, as every version of anywidget wants it. */
function until(start: (signal: AbortSignal) => void): () => void {
  const controller = new AbortController();
  start(controller.signal);
  return () => controller.abort();
}

export default () => {
  let link: Link;
  return {
    initialize({ model }: Context): () => void {
      return until((signal) => (link = new Link(model, signal)));
    },
    render({ model, el }: Context & { readonly el: HTMLElement }): () => void {
      const show = String(model.get("_anywidget_id")).endsWith("PlayerWidget") ? showPlayer : showTimeline;
      return until((signal) => show(link, el, signal));
    },
  };
};
