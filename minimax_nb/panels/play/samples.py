"""Prompts to begin with, each showing something else that the models can do."""

from __future__ import annotations

from typing import Any

SAMPLES: tuple[dict[str, Any], ...] = (
    {
        "title": "Explanation",
        "text": "Explain to a curious twelve-year-old why the sky is blue and a sunset is red. Use one everyday "
        "comparison, and say in the last sentence where the comparison ends.",
    },
    {
        "title": "Code",
        "text": "Write a Python function `running_median(values, window)` that gives the median of the last `window` "
        "values at each step, faster than sorting each window anew. Add type hints, a docstring with an example, and "
        "three assertions that would catch the usual mistakes.",
    },
    {
        "title": "Maths",
        "text": "A fair coin is tossed until two heads come in a row. How many tosses does that take on average? "
        "Derive it step by step with formulas, and check the result in another way.",
    },
    {
        "title": "Table",
        "text": "Compare bubble sort, merge sort, quicksort and heapsort in one table: best, average and worst time, "
        "memory, whether it is stable, and when to choose it. Write nothing but the table and one sentence below it.",
    },
    {
        "title": "Translation",
        "text": "Translate into French, Japanese and Arabic, keeping the tone, and explain in English one choice you "
        "made in each language:\n\n“We are nearly there. The last step is small, but nobody can take it for us.”",
    },
    {
        "title": "JSON",
        "text": "Read this note and answer with one JSON object and nothing else. Its keys are date (YYYY-MM-DD), "
        "city, people (a list) and total_eur (a number).\n\n“On the 3rd of May 2026 Ana and Tom paid 41.50 for lunch "
        "in Lisbon, and Tom another 12 for the tram.”",
    },
    {
        "title": "Picture",
        "text": "What does this chart show? Read the values as well as you can, name the highest and the lowest, and "
        "say what you would ask before drawing a conclusion.",
        "picture": True,
    },
)
"""What each is called and says. One with a picture has a chart, which the page draws itself."""
