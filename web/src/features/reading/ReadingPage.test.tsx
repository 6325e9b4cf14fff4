import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Story } from '../../api/types';
import { showIn } from '../../i18n/setup';
import { eventStream, fakeApi, json, problem } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aPrompt, aStory, aSummary, someSettings } from '../../test/stories';

const story = aStory({ status: 'queued', model: null, queue_position: 3 });
const prompt = aPrompt({ stories: [story] });
const ADDRESS = `/prompts/${prompt.id}`;
const READ = `GET /prompts/${prompt.id}`;
const EVENTS = `GET /stories/${story.id}/events`;

/** The story's own text; the last sentences are also in the region that speaks them. */
const paragraph = { selector: 'article p' };

describe('reading a story', () => {
  let api: ReturnType<typeof fakeApi>;
  beforeEach(() => {
    api = fakeApi();
  });

  function has(...stories: Story[]) {
    api.on(READ, () => json({ ...prompt, stories }));
  }

  describe('while it is written', () => {
    let stream: ReturnType<typeof eventStream>;
    beforeEach(() => {
      stream = eventStream();
      has(story);
      api.on(EVENTS, () => stream.response);
    });

    const writes = (text: string, offset: number) => {
      stream.send('delta', { offset, text }, `0-${offset + Array.from(text).length}`);
    };

    it('shows its place in the queue, the text as it comes, and its end', async () => {
      renderApp(ADDRESS);
      expect(await screen.findByText('2 stories are ahead of yours.')).toBeVisible();

      stream.send('status', aSummary({ status: 'writing' }), '0-0');
      expect(await screen.findByText('Sharpening the pencil…')).toBeVisible();
      writes('Once upon', 0);
      expect(await screen.findByText('Once upon', paragraph)).toBeVisible();
      writes(' a time.', 9);
      expect(await screen.findByText('Once upon a time.', paragraph)).toBeVisible();
      expect(screen.getByText('4 words')).toBeVisible();

      stream.send('finished', aSummary({ text: 'Once upon a time.' }), '0-17-end');
      expect(await screen.findByText('The end')).toBeVisible();
      expect(screen.getByText('Once upon a time.', paragraph)).toBeVisible();
      expect(screen.getByText(/Written by gpt-5-mini/)).toBeVisible();
      expect(screen.queryByRole('button', { name: 'Stop' })).not.toBeInTheDocument();
      expect(api.calls(EVENTS)).toHaveLength(1);
    });

    it('announces whole sentences', async () => {
      const { container } = renderApp(ADDRESS);
      await screen.findByRole('button', { name: 'Stop' });
      const spoken = () => container.querySelector('[aria-live=polite][lang]')?.textContent;
      writes('It was dark. The fo', 0);
      await waitFor(() => {
        expect(spoken()).toBe('It was dark. ');
      });
      writes('x slept. And', 19);
      await waitFor(() => {
        expect(spoken()).toBe('The fox slept. ');
      });
    });

    it('says that it reconnects, and goes on without a gap or a repeat', async () => {
      const second = eventStream();
      const answers = [() => stream.response, () => problem(503), () => second.response];
      api.on(EVENTS, () => answers.shift()?.() ?? problem(500));
      renderApp(ADDRESS);
      await screen.findByRole('button', { name: 'Stop' });
      writes('Once 🦊', 0);
      expect(await screen.findByText('Once 🦊', paragraph)).toBeVisible();
      stream.breakOff();
      expect(await screen.findByText('Connection lost. Reconnecting…')).toBeVisible();
      expect(screen.getByText('Once 🦊', paragraph)).toBeVisible();

      second.send('delta', { offset: 5, text: '🦊 upon' }, '0-11');
      expect(await screen.findByText('Once 🦊 upon', paragraph)).toBeVisible();
      expect(api.calls(EVENTS).at(-1)?.headers.get('Last-Event-ID')).toBe('0-6');
    });

    it('reads everything again when a piece is missing', async () => {
      const second = eventStream();
      const answers = [stream.response, second.response];
      api.on(EVENTS, () => answers.shift() ?? problem(500));
      renderApp(ADDRESS);
      await screen.findByRole('button', { name: 'Stop' });
      writes('a time', 10);
      second.send('delta', { offset: 0, text: 'Once upon a time' }, '0-16');
      expect(await screen.findByText('Once upon a time', paragraph)).toBeVisible();
      expect(api.calls(EVENTS)[1]?.headers.get('Last-Event-ID')).toBeNull();
    });

    it('is stopped on request and keeps its text', async () => {
      api.on(`POST /stories/${story.id}/cancel`, () => json(story, 202));
      const user = userEvent.setup();
      renderApp(ADDRESS);
      const stop = await screen.findByRole('button', { name: 'Stop' });
      writes('Once', 0);
      await screen.findByText('Once', paragraph);
      await user.click(stop);
      expect(await screen.findByRole('button', { name: 'Stopping…' })).toHaveAttribute('aria-busy');

      stream.send('cancelled', aSummary({ status: 'cancelled', text: 'Once' }), '0-4-end');
      expect(await screen.findByText('You stopped this story here.')).toBeVisible();
      expect(screen.getByText('Once', paragraph)).toBeVisible();
    });

    it('says in plain words why it failed', async () => {
      renderApp(ADDRESS);
      await screen.findByRole('button', { name: 'Stop' });
      const failure = { code: 'llm_timeout', message: 'Server’s words', retryable: true } as const;
      stream.send('failed', aSummary({ status: 'failed', failure }), '0-0-end');
      expect(await screen.findByText(/The language model stopped answering/)).toBeVisible();
      expect(screen.getAllByText(story.trace_id)[0]).toBeInTheDocument();
      expect(screen.getByRole('button', { name: 'Write it again' })).toBeVisible();
      await act(() => showIn('ja'));
      expect(screen.getByText(/言語モデルの応答が止まりました/)).toBeVisible();
    });
  });

  it('is followed anew when it is tried again', async () => {
    const failure = { code: 'internal', message: '', retryable: true } as const;
    has(aStory({ status: 'failed', failure, text: '' }));
    const stream = eventStream();
    api
      .on(`POST /stories/${story.id}/retry`, () => {
        has(story);
        return json(story, 202);
      })
      .on(EVENTS, () => stream.response);
    const user = userEvent.setup();
    renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Write it again' }));
    expect(await screen.findByRole('button', { name: 'Stop' })).toBeVisible();
    stream.send('delta', { offset: 0, text: 'Once' }, '1-4');
    expect(await screen.findByText('Once', paragraph)).toBeVisible();
  });

  it('says what it cost where there is a price, and nothing where there is none', async () => {
    has(aStory({ text: 'The end.', usage: { prompt_tokens: 400, completion_tokens: 1200 } }));
    const prices = { 'gpt-5-mini': { prompt: 0.25, completion: 2 } };
    api.on('GET /settings', () => json(someSettings({ prices, currency: 'USD' })));
    const { unmount } = renderApp(ADDRESS);
    await userEvent.click(await screen.findByText('Details'));
    expect(await screen.findByText('about $0.0025')).toBeVisible();
    unmount();

    api.on('GET /settings', () =>
      json(someSettings({ prices: { another: prices['gpt-5-mini'] } })),
    );
    renderApp(ADDRESS);
    await userEvent.click(await screen.findByText('Details'));
    expect(screen.getByText('400 read, 1,200 written')).toBeVisible();
    expect(screen.queryByText('Cost')).not.toBeInTheDocument();
  });

  it('has versions to choose from', async () => {
    const first = aStory({ id: 'a', text: 'The first one.' });
    const second = aStory({ id: 'b', text: 'The second one.' });
    has(first);
    api.on(`POST /prompts/${prompt.id}/stories`, () => {
      has(first, second);
      return json(second, 201);
    });
    const user = userEvent.setup();
    renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Another version' }));
    expect(await screen.findByText('The second one.')).toBeVisible();
    const versions = screen.getByRole('navigation', { name: 'Versions' });
    await user.click(within(versions).getByRole('link', { name: 'Version 1' }));
    expect(await screen.findByText('The first one.')).toBeVisible();
  });

  it('is continued: the next part follows below', async () => {
    const first = aStory({ id: 'a', text: 'Once upon a time.' });
    const next = aStory({ id: 'b', status: 'queued', part: 2, previous_id: 'a', model: null });
    has(first);
    const stream = eventStream();
    api
      .on('POST /stories/a/continue', () => {
        has(first, next);
        return json(next, 201);
      })
      .on('GET /stories/b/events', () => stream.response);
    const user = userEvent.setup();
    renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Continue the story' }));
    expect(await screen.findByRole('heading', { name: 'Part 2' })).toBeVisible();
    expect(screen.getByText('Once upon a time.')).toBeVisible();
    expect(screen.queryByRole('navigation', { name: 'Versions' })).not.toBeInTheDocument();
    stream.send('delta', { offset: 0, text: 'And then' }, '0-8');
    expect(await screen.findByText('And then', paragraph)).toBeVisible();
  });

  it('has its versions side by side', async () => {
    has(aStory({ id: 'a', text: 'The first one.' }), aStory({ id: 'b', text: 'The second one.' }));
    const user = userEvent.setup();
    renderApp(ADDRESS);
    await user.click(await screen.findByRole('link', { name: 'Side by side' }));
    expect(await screen.findByText('The first one.')).toBeVisible();
    expect(screen.getByText('The second one.')).toBeVisible();
  });

  it('is copied without its surroundings', async () => {
    has(
      aStory({ id: 'a', text: 'Once.\n\nThe end of it.' }),
      aStory({ id: 'b', text: 'Or not.', part: 2, previous_id: 'a' }),
    );
    const user = userEvent.setup();
    renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Keep or share' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Copy the text' }));
    expect(await navigator.clipboard.readText()).toBe(
      'Once.\n\nThe end of it.\n\nPart 2\n\nOr not.',
    );
    expect(await screen.findByText('Copied')).toBeVisible();
  });

  it('is set in the size and the letters that were chosen, and remembers them', async () => {
    has(aStory({ text: 'Once.' }));
    const user = userEvent.setup();
    renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Text' }));
    await user.click(await screen.findByRole('button', { name: 'Larger' }));
    await user.click(screen.getByRole('radio', { name: 'Sans serif' }));
    expect(document.documentElement.dataset).toMatchObject({ size: '3', face: 'sans' });
    expect(localStorage.getItem('storybot.size')).toBe('3');
    expect(localStorage.getItem('storybot.face')).toBe('sans');
  });

  it('is read with nothing around it, until Escape', async () => {
    has(aStory({ text: 'Once.' }));
    const user = userEvent.setup();
    const { router } = renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Just read' }));
    expect(document.documentElement.dataset.view).toBe('book');
    expect(router.state.location.search).toBe('?view=book');
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(document.documentElement.dataset.view).toBeUndefined();
    });
    expect(screen.getByRole('button', { name: 'Just read' })).toHaveFocus();
  });

  it.each([
    ['llm_refused', 'Change the idea'],
    ['prompt_too_long', 'Change the idea'],
    ['llm_bad_key', 'How to connect another model'],
    ['llm_unknown_model', 'How to connect another model'],
    ['llm_timeout', 'Write it again'],
  ] as const)('offers after %s what helps: %s', async (code, help) => {
    const failure = { code, message: '', retryable: false };
    has(aStory({ status: 'failed', failure, text: '' }));
    renderApp(ADDRESS);
    expect(await screen.findByText(help)).toBeVisible();
  });

  it('gives the idea back to be changed', async () => {
    const failure = { code: 'llm_refused', message: '', retryable: false } as const;
    has(aStory({ status: 'failed', failure, text: '' }));
    const user = userEvent.setup();
    const { router } = renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Change the idea' }));
    expect(await screen.findByRole('textbox', { name: 'Your idea' })).toHaveValue(prompt.content);
    expect(router.state.location.pathname).toBe('/');
  });

  it('notifies whoever looks elsewhere, and marks the tab until they look', async () => {
    const notified: string[] = [];
    function FakeNotification(title: string) {
      notified.push(title);
    }
    vi.stubGlobal('Notification', Object.assign(FakeNotification, { permission: 'granted' }));
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    has(story);
    const stream = eventStream();
    api.on(EVENTS, () => stream.response);
    renderApp(ADDRESS);
    await screen.findByRole('button', { name: 'Stop' });
    expect(document.title).toMatch(/^✎/);
    stream.send('finished', aSummary({ text: '' }), '0-0-end');
    await waitFor(() => {
      expect(notified).toEqual([`“${prompt.content}” is ready.`]);
    });
    expect(document.title).toMatch(/^✓/);
    visibility.mockReturnValue('visible');
    act(() => {
      document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(document.title).toMatch(/^A fox/);
  });

  it('is announced elsewhere in the app when it was left unfinished', async () => {
    has(story);
    const stream = eventStream();
    let now = story;
    api.on(EVENTS, () => stream.response).on(`GET /stories/${story.id}`, () => json(now));
    const user = userEvent.setup();
    const { router } = renderApp(ADDRESS);
    await screen.findByRole('button', { name: 'Stop' });
    now = aStory({ text: 'Once.' });
    await user.click(screen.getByRole('link', { name: 'All stories' }));
    expect(await screen.findByText(`“${prompt.content}” is ready.`)).toBeVisible();
    has(now);
    await user.click(screen.getByRole('button', { name: 'Read' }));
    expect(await screen.findByText('Once.', paragraph)).toBeVisible();
    expect(router.state.location.pathname).toBe(ADDRESS);
  });

  it('marks English that came where Japanese was asked for', async () => {
    api.on(READ, () =>
      json({ ...prompt, options: { language: 'ja' }, stories: [aStory({ text: 'Once.' })] }),
    );
    renderApp(ADDRESS);
    const text = await screen.findByText('Once.');
    expect(text.closest('[lang]')).toHaveAttribute('lang', 'en');
  });

  it('is deleted into the trash, and the library comes back', async () => {
    has(aStory({ text: 'Once.' }));
    api.on(`DELETE /prompts/${prompt.id}`, () => new Response(null, { status: 204 }));
    const user = userEvent.setup();
    const { router } = renderApp(ADDRESS);
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    await waitFor(() => {
      expect(router.state.location.pathname).toBe('/');
    });
    expect(await screen.findByText('Moved to the trash.')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Undo' })).toBeVisible();
  });

  it('says when there is no such story', async () => {
    api.on(READ, () => problem(404));
    renderApp(ADDRESS);
    expect(await screen.findByRole('heading', { name: 'There is no such story.' })).toBeVisible();
  });
});
