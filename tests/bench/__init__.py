"""What the kit costs, against the floor of what could be had, measured side by side.

::

    python -m tests.bench                     every row, seven repetitions: about twelve minutes on two cores
    python -m tests.bench --rows client,load  some of the rows (client, count, load, kernel, panel, media, browser,
                                             hang)
    python -m tests.bench --repeat 3 --json figures.json

Each figure is measured in fresh processes that take turns with the floor's, so that whatever else the machine does
falls on both. CPU is compared by the minima, which other work disturbs least; waiting times by the medians. A row says
OVER when its figure is above its bound, and the command then ends with status 1.

The other side is ``load_server``: a process of its own that sends baked bytes, one HTTP chunk a delta. The kit's side
uses public names: ``Chat(base_url=...)`` and ``%%minimax -u``; an upload is measured by itself. Nothing here is a test:
``pytest`` counts bytes, outputs and calls (``test_guards*.py``), never seconds.
"""
