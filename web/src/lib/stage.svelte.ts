// The place that a content's page keeps for its picture, in the coordinates of the document.

import { untrack } from 'svelte';

interface Rect {
  top: number;
  left: number;
  width: number;
  height: number;
}

class StagePlace {
  contentId = $state<string | null>(null);
  rect = $state.raw<Rect | null>(null);

  // Keeps the place as long as the element is there.
  keep(element: HTMLElement, contentId: string): () => void {
    const measure = () => {
      const box = element.getBoundingClientRect();
      const next = { top: box.top + scrollY, left: box.left + scrollX, width: box.width, height: box.height };
      const { rect } = this;
      if (!rect || rect.top !== next.top || rect.left !== next.left || rect.width !== next.width || rect.height !== next.height) this.rect = next;
    };
    this.contentId = contentId;
    untrack(measure); // this runs in an effect, which is not to follow what it changes
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => {
      observer.disconnect();
      if (this.contentId === contentId) {
        this.contentId = null;
        this.rect = null;
      }
    };
  }
}

export const stagePlace = new StagePlace();
