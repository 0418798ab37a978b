-- Which requests does `wrk` send? Some that change something.

wrk.method = "DELETE"
