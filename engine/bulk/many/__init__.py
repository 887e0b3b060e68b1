"""A portfolio on many machines: whole accounts go in, what came of them comes out, on Ray's core or on Spark.

`whole.py` is the one pure function that both call, wherever they run; `parts.py` cuts tables into buckets of whole
accounts; `on_ray.py` and `on_spark.py` say who calls it for which bucket.
"""
