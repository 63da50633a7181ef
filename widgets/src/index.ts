// What anywidget loads, once per widget model: a link to Python, and views of it.
import { Link, type Model } from "./bridge/link.ts";
import { showPlayer } from "./player/view.ts";
import { showTimeline } from "./timeline/view.ts";

interface Context {
  readonly model: Model;
  readonly signal: AbortSignal;
}

export default () => {
  let link: Link;
  return {
    initialize({ model, signal }: Context): void {
      link = new Link(model, signal);
    },
    render({ model, el, signal }: Context & { readonly el: HTMLElement }): void {
      const show = String(model.get("_anywidget_id")).endsWith("PlayerWidget") ? showPlayer : showTimeline;
      show(link, el, signal);
    },
  };
};
