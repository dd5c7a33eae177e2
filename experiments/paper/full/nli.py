"""Serves the probability that a summary follows from its article, as figure 5 asks for it, by google/t5_xxl_true_nli_mixture (T5-XXL; 11 billion parameters).

    pip install torch transformers sentencepiece
    python nli.py [--model google/t5_xxl_true_nli_mixture] [--device cuda] [--port 8765]

The protocol is that of docs/remote-scorers.md. The model reads "premise: ARTICLE hypothesis: SUMMARY" and writes "1" where it follows; the score is the probability of that token.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

LARGEST = 64 * 2**20
PREFIX = "summarize: "


class Entailment:
    """Probabilities of a language model that answers 1 or 0."""

    def __init__(self, name, device):
        self.tokenizer = AutoTokenizer.from_pretrained(name)
        dtype = torch.bfloat16 if device != "cpu" else torch.float32
        self.model = AutoModelForSeq2SeqLM.from_pretrained(name, dtype=dtype).to(device).eval()
        self.device = device
        self.yes = self.tokenizer("1", add_special_tokens=False).input_ids[-1]

    @torch.no_grad()
    def scores(self, pairs):
        texts = [f"premise: {premise} hypothesis: {hypothesis}" for premise, hypothesis in pairs]
        inputs = self.tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=1200).to(self.device)
        start = torch.full((len(pairs), 1), self.model.config.decoder_start_token_id, device=self.device)
        logits = self.model(**inputs, decoder_input_ids=start).logits[:, 0].float()
        return logits.softmax(-1)[:, self.yes].tolist()


def handler(entailment):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, document, status=200):
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.answer({})

        def do_POST(self):
            length = int(self.headers["content-length"])
            if length > LARGEST:
                self.close_connection = True
                return self.answer({"error": f"expected at most {LARGEST} bytes, got {length}"}, 413)
            rollouts = json.loads(self.rfile.read(length))["rollouts"]
            self.answer({"scores": entailment.scores([(r["prompt"].removeprefix(PREFIX), r["completion"]) for r in rollouts])})

        def log_message(self, *_):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="google/t5_xxl_true_nli_mixture")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--port", type=int, default=8765)
    values = parser.parse_args()
    entailment = Entailment(values.model, values.device)
    print(f"scores at http://127.0.0.1:{values.port}/score", flush=True)
    HTTPServer(("127.0.0.1", values.port), handler(entailment)).serve_forever()


main()
