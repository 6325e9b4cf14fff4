"""The built-in language model: llama.cpp's OpenAI-protocol server with SmolLM2-135M-Instruct."""

MODEL_NAME = "SmolLM2-135M-Instruct"
PORT = 8080
