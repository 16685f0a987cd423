"""refusals.txt: values that must be refused, and the words for it."""
import helm


def cases():
    text = (helm.ROOT / "tests/chart/refusals.txt").read_text()
    for part in text.split("\n== ")[1:]:
        name, chart, *lines = [line for line in part.split("\n") if line and not line.startswith("#")]
        yield name, chart, [l[4:] for l in lines if l.startswith("set ")], [l[4:] for l in lines if l.startswith("say ")]


def refuse(version, chart, sets, sentences):
    chart, _, file = chart.partition(" ")
    base = helm.CHARTS / chart / f"ci/{file or 'minimal'}-values.yaml"
    done = helm.helm(version, "template", "r", helm.CHARTS / chart, *helm.values_arguments([base], sets))
    assert done.returncode != 0, "was not refused"
    for sentence in sentences:
        where, _, rest = sentence.partition(" ")
        if where in helm.VERSIONS:
            if where != version:
                continue
            sentence = rest
        assert sentence in done.stderr, f"does not say \"{sentence}\" but: {done.stderr.strip()}"
