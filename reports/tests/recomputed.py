"""Recomputes a report from its exports, with pandas and SciPy: python recomputed.py FOLDER

FOLDER holds a report of one case with `records.csv`, whose errors are all above that of the reference.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

folder = Path(sys.argv[1])
records = pd.read_parquet(folder / "records.parquet")
provenance = pd.read_parquet(folder / "provenance.parquet")
leaderboard = pd.read_csv(folder / "leaderboard.csv").set_index("surrogate")

# CSV and Parquet hold the same; the names of columns are identifiers; every record has a provenance.
for name, table in [("records", records), ("provenance", provenance)]:
    text = pd.read_csv(folder / f"{name}.csv")
    assert list(text.columns) == list(table.columns), name
    assert all(column.isidentifier() for column in table.columns), name
    for column in table.columns:
        if pd.api.types.is_float_dtype(table[column]):
            np.testing.assert_array_equal(text[column], table[column], err_msg=column)
joined = records.merge(provenance, on="provenance", validate="many_to_one")
assert len(joined) == len(records) > 0
assert joined["commit"].notna().all()

# The error of a sample is the mean over steps and then over seeds; that of a rollout that diverged is infinite.
nrmse = records[(records.metric == "nrmse") & (records.channel == "velocity")]
values = nrmse.value.fillna(np.inf)
rollouts = values.groupby([nrmse.surrogate, nrmse["sample"], nrmse.seed.fillna(-1)]).mean()
errors = rollouts.groupby(level=["sample", "surrogate"]).mean().unstack()
for surrogate, row in leaderboard.iterrows():
    np.testing.assert_allclose(row.nrmse_velocity, errors[surrogate].mean(), rtol=1e-12, err_msg=surrogate)

# The exact signed-rank test of the logarithms of ratios. The table has two significant digits.
lines = (folder / "report.md").read_text(encoding="utf-8").splitlines()
title = next(i for i, line in enumerate(lines) if line.startswith("### Paired tests of "))
tested = lines[title].removeprefix("### Paired tests of ").rsplit(" on ", 1)[0]
compared = 0
for line in lines[title + 4 :]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if len(cells) < 6:
        break
    other, printed = cells[0], float(cells[3])
    difference = np.log(errors[other]) - np.log(errors[tested])
    # Ranks need no value of the infinite difference, only that it is the largest.
    finite = difference[np.isfinite(difference)].abs().max()
    difference = difference.clip(-2 * finite, 2 * finite)
    exact = wilcoxon(difference, method="exact").pvalue
    assert f"{exact:.2g}" == f"{printed:.2g}", (other, exact, printed)
    compared += 1
assert compared == len(leaderboard) - 1 > 0, compared
print(f"{len(records)} records, {compared} tests")
