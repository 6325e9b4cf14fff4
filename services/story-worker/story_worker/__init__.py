"""The story worker: takes tickets from the queue, has stories written by a language model, and saves them."""
