-- All that is asked when complaints are counted by the way they came: the table itself is left alone.
CREATE INDEX complaint_figures_way ON complaint_figures (day, way, category_id, owner_id, handler_id, unit_id, handler_unit_id);
